### Somebody's data: archive and deletion, /settings/data.

data-what = Your images are records in your own repo and layers in holds. Here is everything else that this server and the holds you use know about you, to take along or to have removed.
data-ask = Some of your data lies in holds elsewhere. They answer nobody but you, so allow Longshore at your server to ask them in your name, and to write into your repo if you want records deleted.
data-allow = Allow at your server
data-failed = That did not work, and it is not your fault. Try again in a while; what is removed stays removed.

## The archive.

data-take = Take it along
data-take-what = One ZIP archive with your account, sessions and tokens (without their secrets), repositories, tags, the list of your blobs, your signed repo, and what every hold keeps about you. It is text that opens anywhere, and its README says what is what.
data-take-confirm = Such an archive is for your eyes only, so confirm first that it is you.
data-take-make = Make an archive
data-take-look-again = Look again
data-holds = Holds that are asked
# Where a hold runs.
data-hold-here = part of this server
data-hold-elsewhere = elsewhere

data-archives-unknown = Your archives cannot be looked up at the moment. Reload the page in a while.
# For screen readers: one for each state of an archive.
data-archive-label = Archive
data-archive-making-label = Archive that is being made
data-archive-failed-label = Archive that failed
# $step says what is done now, such as data-archive-waiting.
data-archive-making = Being made: { $step }
data-archive-waiting = Waiting for its turn
data-archive-progress = Progress
# Instead of the bar, where it cannot be drawn.
data-archive-done = { $done } of { $steps }
data-archive-step = Step { $step } of { $steps }. You may leave this page; it goes on.
# When it was asked for.
data-archive = Archive of { $when }
data-archive-download = Download, { $size }
data-archive-kept = Kept until { $until }. A download that breaks off continues where it was. SHA-256 { $digest }
data-archive-missing = Not everybody answered, so this is missing in the archive. Make another one to try again.
data-archive-failed = The archive of { $when } failed
data-archive-failed-why = It was our fault, and the log has the cause. Make another one.
data-archive-gone = This archive is not there any more.
data-archive-unreadable = The archive cannot be read at the moment. Try again shortly.

## The deletion.

data-remove = Have it removed
data-remove-goes = What goes, at once
data-remove-goes-here = Your access tokens, devices, sessions and archives here
data-remove-goes-copies = Our copies of your manifests, tags and descriptions, and what search knows of them
data-remove-goes-holds = In each hold: your membership, layer records, quota, counters and posts about you
data-remove-goes-bytes = Bytes that nobody else needs follow when the hold collects its garbage, after its time of grace.
data-remove-stays = What stays
data-remove-stays-records = Your records in your own repo: they are yours and public, and as long as they are there, this and any other registry can read them. You can have them deleted below.
data-remove-stays-layers = Layers that images of others use too
data-remove-stays-log = In the log of a hold, for a year: who decided what about it
data-remove-stays-copies = Copies at relays and other servers of the network, and backups until they expire
data-remove-stays-account = Your account at your server, which is not ours

data-remove-captain = You are the captain of { $hold }, the hold of this server. Others rely on it, so hand it over to a member of its crew first.
data-remove-hand-over = Hand over the hold
data-remove-confirm = What is removed does not come back, so confirm first that it is you.
# $records is the names of the records, io.atcr.*
data-remove-records = Also delete my { $records } records from my own repo. Nobody can pull my images then.
data-remove-type = Type { $name } to confirm
data-remove-not-typed = Type { $name } to confirm. Nothing was removed.
data-remove-everything = Remove everything about me

## What became of the deletion.

data-outcome = What became of your data
data-outcome-incomplete = Not everything is gone yet. What was removed stays removed, and you are still signed in here so that you can try the rest again.
data-outcome-gone = Everything about you is removed, and you are signed out everywhere. Fair winds.
data-outcome-home = Back to the start
# What became of each place where data is kept; of what is missing in an archive too.
data-outcome-done = Done
data-outcome-left = Not done
data-outcome-here = This server
data-outcome-repo = Your own repo
# What was removed in each place.
data-outcome-here-removed =
    { $manifests ->
        [one] { $manifests } manifest
       *[other] { $manifests } manifests
    }, { $tokens ->
        [one] { $tokens } access token or device
       *[other] { $tokens } access tokens and devices
    }, sessions and archives
data-outcome-repo-removed =
    { $count ->
        [one] { $count } record
       *[other] { $count } records
    }
data-outcome-hold-removed =
    { $count ->
        [one] { $count } record about you
       *[other] { $count } records about you
    }
# Why it is not done: "you" is the person, "your server" that of their account.
data-outcome-repo-not-allowed = You have not allowed Longshore to write into your repo. Allow it, and try again.
data-outcome-repo-failed = Your server did not do it. Try again later.
# "It" is the hold.
data-outcome-hold-unreachable = It did not answer, or does not offer this. Try again later, or ask its captain.
data-outcome-hold-not-vouched = Your server did not vouch for you there. Allow Longshore to manage your data in holds, and try again.
data-outcome-hold-denied = It does not let you do this.
data-outcome-hold-failed = It failed. Try again later.
