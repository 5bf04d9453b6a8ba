### What owners do with their repositories: describe them, decide about them, delete from them, allow all that.

## Describing it.

describe-title = Describe { $repository }
describe-description = What you say about your repository.
describe-heading = Describe this repository
describe-conflict = Somebody changed it meanwhile
describe-conflict-means = Nothing was saved, so nothing is lost. Below is what you wrote; this is what the record says now. Take over what you want to keep and save again: that replaces it.
describe-conflict-theirs = What the record says now
describe-preview = Preview
describe-preview-means = Not saved yet.
describe-text = Description
# $record is the name of a kind of record.
describe-text-help = Markdown. It is the record { $record } in your own repo, so every page that shows this repository can show it. Pictures in it become links.
describe-picture = Picture
describe-picture-remove = Remove the picture
describe-picture-help = PNG, JPEG or WebP, at most 3 MB. Everybody can see it.
describe-save = Save to your repo
describe-look = Preview
describe-cancel = Cancel

## Deciding about it.

decide-title = Settings of { $repository }
decide-description = What you decide about your repository.
decide-elsewhere = { $link } are edited on a page of their own. What you decide here is a record in your own repo too.
decide-elsewhere-link = Description and picture
decide-delete = Delete this repository
decide-delete-means = Every tag, every manifest and the description go from your repo. You see exactly what, before anything happens.
decide-delete-link = Delete…

immutable-title = Immutable tags
immutable-how = A tag that matches one of these patterns can be pushed once. After that it is neither moved nor deleted: not by a push, not by the rules below, and not on these pages, until its pattern is taken out.
immutable-patterns = Patterns
# $star and $all: *, $example: v*.
immutable-patterns-help = One on each line; { $star } stands for any characters. { $example } is every tag that begins with v, { $all } is every tag.
immutable-save = Save patterns
immutable-saved = Saved. The patterns count from now on.

retention-title = Retention
retention-how = Of the tags that match a pattern, the newest stay, and of the others those go that last moved long enough ago. A tag goes when any rule says so, and its manifest with it when nothing else leads there. Immutable tags always stay.
retention-rules = Rules
retention-rule = Rule { $number }
retention-rule-tags = Tags that match
retention-rule-keep = Keep the newest
retention-rule-days = Delete after days
retention-rules-help = Leave a row empty to remove it; saving adds more empty ones. Give how many to keep, how old, or both.
# Above a field for a number; its unit stands behind it.
retention-untagged = Manifests that no tag leads to go after
retention-untagged-days = days
retention-untagged-help = Counted from when this registry first saw them. Images of an index that stays, and signatures of what stays, are not meant. Leave it empty to keep them.
retention-daily = Apply these rules once a day
retention-daily-needs = Applying them daily needs a sign-in of yours that allows it and has not ended. When it has, the history below says so.
retention-save = Save rules
retention-saved = Saved. See below what the rules remove.
retention-preview = Preview saved rules
retention-no-number = “{ $typed }” is no number.

## What was deleted before.

deleted-title = What was deleted
deleted-by-rules = Retention rules
deleted-repository = The whole repository
deleted-tags = Tags you chose
deleted-running = running
deleted-done = done
deleted-stopped = stopped
deleted-nothing = There was nothing to remove.
deleted-sum =
    { $tags ->
        [one] { $tags } tag
       *[other] { $tags } tags
    } and { $manifests ->
        [one] { $manifests } manifest
       *[other] { $manifests } manifests
    } deleted
# How much room the owner's quota got back.
deleted-freed = { $freed } back

## What a deletion would do.

delete-everything = Delete { $repository }
delete-by-rules = What the retention rules remove now
delete-tags = Delete these tags
delete-description = What would be deleted.
delete-immutable-landmark = Tags that stay
delete-immutable = These stay. Take their patterns out of the settings first, if you mean them too.
delete-immutable-tag = { $tag } is immutable by the pattern { $pattern }
delete-nothing = Nothing to delete
delete-nothing-rules = As everything is now, the rules remove nothing.
delete-nothing-tags = No tag was chosen that can be deleted.
delete-back-settings = Back to the settings
delete-back-tags = Back to the tags
delete-sum-tags = Tags
delete-sum-manifests = Manifests
delete-sum-quota = Your quota gets back
delete-sum-space = The hold can free
# Stands for a size that the hold does not tell.
delete-sum-unknown = not told
delete-sum-how = Reckoned from the hold's own layer records: layers that other manifests use are not in it. Your quota falls at once; the hold frees the bytes when it next collects what nothing uses.
delete-sum-elsewhere = The hold of these images is elsewhere and does not tell in advance how much comes back. Layers that other manifests use stay in any case.
delete-tags-go =
    { $count ->
        [one] { $count } tag goes
       *[other] { $count } tags go
    }
# Follows a tag that was not chosen, and its digest.
delete-tag-attached = attaches something to what goes
delete-manifests-go =
    { $count ->
        [one] { $count } manifest goes, since nothing else leads there
       *[other] { $count } manifests go, since nothing else leads there
    }
delete-manifests-stay =
    { $count ->
        [one] { $count } manifest stays
       *[other] { $count } manifests stay
    }
# Why a manifest stays. $tags are one to three of them; $manifest, $index and $subject are digests, shortened.
delete-kept-tagged = { $manifest } is also tagged { $tags }
delete-kept-tagged-more = { $manifest } is also tagged { $tags } and { $count } more
delete-kept-part = { $manifest } belongs to the index { $index }, which stays
delete-kept-about = { $manifest } speaks about { $subject }, which stays
delete-kept-unread = { $manifest } could not be read, so its record stays
# Ends a list of which the first are shown.
delete-more = and { $count } more
delete-fresh = Deleting a repository asks you to sign in once more.
delete-type = Type { $path } to delete all of it
delete-not-typed = To delete the repository, type its name: { $path }. Nothing was deleted.
delete-confirm-everything = Delete the repository
delete-confirm = Delete them
delete-cancel = Cancel
delete-final = This cannot be undone here; pushing an image again brings it back.

## A deletion under way or done.

deletion-running = Deleting
deletion-done = Deleted
deletion-stopped = Not everything is deleted
deletion-description = How a deletion goes.
deletion-sum =
    { $all ->
        [one] { $done } of { $all } step done:
       *[other] { $done } of { $all } steps done:
    } { $tags ->
        [one] { $tags } tag
       *[other] { $tags } tags
    } and { $manifests ->
        [one] { $manifests } manifest
       *[other] { $manifests } manifests
    } deleted.
deletion-bar = Steps that are done
deletion-goes-on = It goes on when you close this page.
deletion-look-again = Look again
deletion-freed = Your quota got back { $freed }.
deletion-continue = Continue with what is left
deletion-steps-failed = Not deleted
deletion-steps-waiting = Still to do
deletion-steps-done = Deleted
# What a step deletes, before its name.
deletion-step-tag = Tag
deletion-step-manifest = Manifest
deletion-step-record = Record
deletion-repositories = Your repositories
deletion-tags = The tags
deletion-settings = The settings

## Allowing it at the person's own server, and signing in once more.

ask-allow = Allow it at your server
ask-repositories = Everything about your repositories is a record in your own repo. To change it from here, allow Longshore to write these records. Your server asks you, and you come back here.
ask-push = To push, allow Longshore to write manifests and tags into your repo. Without it, images can only be pulled. Your server asks you, and you come back here.
ask-push-allow = Allow pushes at your server
ask-holds = This hold runs elsewhere and listens to you, not to Longshore. To speak to it from here, allow Longshore to ask your server for short-lived tokens for holds. Your server asks you, and you come back here.
confirm-sign-in = Sign in again

## Why a form changed nothing.

owner-not-theirs = This repository is somebody else's.
owner-not-there = It is not there any more.
owner-changed = Something else changed it at the same moment, so nothing was done. This is how it is now.
owner-allowance-ended = What you had allowed Longshore at your server was lost or has ended, so nothing was done. Allow it once more.
owner-server-busy = Your server has had enough requests for now and asks to wait. Try again in a few minutes.
owner-server-refused = Your server did not take it. Try again in a while.
owner-hold-silent = The hold of this repository did not answer. Try again in a while.
owner-failed = Something failed on our side. Try again in a while.
