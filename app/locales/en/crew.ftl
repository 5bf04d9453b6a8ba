### The crew of a hold: members, invites, captaincy. /hold/<did>/crew, /hold/<did>/captaincy and /hold/<did>/join.

## All of it.

crew-title = Crew
crew-members = Members
# Members that the filter finds, of all.
crew-members-matching = { $matching } of { $total }
crew-members-none = Nobody in the crew matches. Handles are found once this registry has met them; a DID always is.
crew-members-all = Show everybody
crew-filter = Handle, DID, role or tier
crew-filter-submit = Filter
crew-first = From the start
crew-next = Next
crew-captaincy = A member of the crew can take this hold over from you, once they accept.
crew-captaincy-link = Transfer the captaincy

## A member in the list.

crew-you = You
crew-captain = Captain
# When they were added: how long ago.
crew-added = Added { $when }
crew-usage-unknown = Usage not known at the moment
crew-change = Change
crew-change-label = Change { $name }

## Invites.

crew-invites = Invite links
crew-invites-how = A link lets somebody join without your knowing their handle. It gives reading and writing, never administration, and works for as long as you may administer the crew.
crew-invite-made = Your invite
crew-invite-once = Your invite link. Copy it now: only its hash is stored, and nobody can show it to you again. Whoever has it can join with it, so send it to those alone whom you mean.
crew-invite-link = Invite link
# What an invite is called of which nobody said what it is for.
crew-invite-untitled = Invite
# Who made it, how many it still lets in, and the day on which it ends.
crew-invite-terms =
    { $count ->
        [one] By { $by }, good for { $count } person, ends { $day }
       *[other] By { $by }, good for { $count } people, ends { $day }
    }
crew-invite-terms-tier =
    { $count ->
        [one] By { $by }, good for { $count } person, tier { $tier }, ends { $day }
       *[other] By { $by }, good for { $count } people, tier { $tier }, ends { $day }
    }
crew-invite-revoke = Take back
# $invite is what it is for, or crew-invite-untitled.
crew-invite-revoke-label = Take back { $invite }
crew-invite-new = New invite
crew-invite-note = What it is for
crew-invite-note-example = The team
# Before a choice of how many people: 1 person, 5 people.
crew-invite-uses = Good for
# Before a choice of days: 1 day, 7 days.
crew-invite-days = Ends after
crew-invite-submit = Make a link

## The choice of a tier: a quota with a name.

crew-tier = Tier
# $bytes is how much it allows.
crew-tier-choice = { $tier }, { $bytes }
crew-tier-default = Default: { $tier }, { $bytes }
crew-tier-default-none = Default

## Adding somebody.

crew-add-title = Add to the crew
crew-add-form = Add somebody
crew-add-who = Add somebody by handle or DID
crew-add-look-up = Look them up
crew-add-unverified = No verified handle: the name they give and the account do not point to each other.
crew-add-member = They are in the crew already.
crew-add-member-look = Look at their membership
crew-add-submit = Add { $name }
crew-back = Back to the crew

## What a member may do. Behind each stands the permission as programs call it.

crew-permissions = What they may do
crew-permission-read = Read: pull from this hold while it is not public
crew-permission-write = Write: push to this hold
crew-permission-administer = Administer: add, change and remove members

## One member.

crew-member-role = Role, a word for people
crew-member-save = Save
crew-member-captain = The captain may do everything and has no limit. The captaincy is transferred, not changed here.
crew-member-self = Nobody changes their own membership. The captain can.
crew-member-admin = This member administers the crew; only the captain changes that.
# $uri is the address of the record of their membership.
crew-member-record = Record { $uri }
crew-member-remove = Remove from the crew
# $link is crew-member-remove-link.
crew-member-remove-how = { $link }, after a look at what becomes of their images.
crew-member-remove-link = Remove { $name }

## Removing a member.

crew-remove-title = Remove { $name }
crew-remove-question = Remove { $name }?
crew-remove-stored =
    { $count ->
        [one] { $bytes } of theirs lie in this hold, in { $count } blob.
       *[other] { $bytes } of theirs lie in this hold, in { $count } blobs.
    }
crew-remove-stored-none = Nothing of theirs lies in this hold.
crew-remove-stored-unknown = How much of theirs lies in this hold cannot be found out at the moment.
crew-remove-access = At once they can push nothing more to this hold, and, while it is not public, pull nothing from it.
crew-remove-images = Their images stay where they are: the manifests in their own repo, the layers in this hold. Whoever may read here can still pull them.
crew-remove-layers = Their layers go on taking space until they delete the images, or ask this hold to delete their data. Garbage collection frees what nothing uses any more.
crew-remove-again = Added again later, they find everything as it was.
crew-remove-submit = Remove { $name }
crew-remove-keep = Keep them
crew-remove-refused = You cannot remove this member: the captain stays, nobody removes themselves, and only the captain removes administrators.

## Handing a hold over.

captaincy-title = Captaincy
captaincy-confirm-first = A hold changes hands here, so confirm first that it is you.
captaincy-back = Back to the hold

## Offering it.

captaincy-nobody = Nobody to hand it to
captaincy-nobody-why = The next captain has to be in the crew first, and you are alone in it.
captaincy-nobody-add = Add somebody
captaincy-offer-accept = Whoever you choose becomes captain once they accept, within seven days. Until then you can take the offer back.
captaincy-offer-theirs = The hold is theirs then, with everything in it: crew, settings, records. They need neither your disk nor your bucket to decide about it.
captaincy-offer-stay = You stay in the crew, with every permission, until they change that.
captaincy-offer-member = The next captain
captaincy-offer-typed = Type their handle (or DID) to confirm
captaincy-offer-submit = Offer the captaincy
captaincy-offer-unchosen = Choose a member of the crew.
captaincy-offer-mismatch = What you typed is not the name of the member you chose. Nothing was offered; choose and type again.

## It is offered.

captaincy-offered = The captaincy is offered to { $to }. They find the offer on the page of this hold and below Holds, and have seven days to accept it. Until then nothing changes.
captaincy-withdraw = Take the offer back

## Accepting it.

captaincy-accept-from = { $from } offers you this hold.
captaincy-accept-decide = You decide then who is in the crew, how much they store, and who may read.
captaincy-accept-care = What people have stored here is in your care: they rely on it being there.
captaincy-accept-stay = The former captain stays in the crew, with every permission, until you change that.
captaincy-accept-submit = Accept the captaincy

## What whoever runs the server has to do. $variable is the name of a setting.

captaincy-owner = The configuration of this server names the captain in { $variable }. Once it is accepted, whoever runs the server sets that to { $name }; before, the hold does not start again.
captaincy-owner-you = The configuration of this server names the captain in { $variable }. Once it is accepted, whoever runs the server sets that to you; before, the hold does not start again.

## Where an invite leads.

join-title = Join the crew
join-invited = { $by } invites you to the crew of this hold.
join-access = You can pull from this hold and push to it, within your quota.
join-tier = Your tier is { $tier }.
join-public = Your membership is a public record in the hold's own repo. Its captain sees how much you store.
join-submit = Join as { $name }
join-member = You are in the crew already. The invite is still good for others.
join-ended = This invite has ended
join-ended-ask = It was used, taken back, or its time is over, or the link is not whole. Ask { $captain } for another.
join-look = Look at the hold

## Why a form did nothing.

crew-form-nobody = The form names nobody. Look them up again.
# Becomes a sentence: the first letter is made a capital, and a full stop put behind it. $member is a DID.
crew-form-not-member = { $member } is not in the crew
crew-form-invite-void = Whoever made this invite cannot let anybody in at the moment. Ask for another.
crew-form-not-offered = The software of this hold cannot do this from here. Its captain does it where it runs.
# $hold is a DID.
crew-form-unreachable = The hold { $hold } does not answer at the moment, so nothing was changed. Try again in a while.
crew-form-not-vouched = Your server gave no token for this hold. Allow Longshore to speak to holds for you, or sign in again, and repeat.

## Why nobody is found to add.

crew-add-malformed = This is neither a handle, such as bob.example.com, nor a DID. Check the spelling.
# $why is a sentence.
crew-add-unresolved = { $why } Check the spelling, or try again in a while.
