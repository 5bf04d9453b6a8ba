### Freeing the space of a hold, /hold/<did>/space.

space-title = Space
space-collection = Garbage collection
space-how = When images are deleted, their owners' quotas have the room at once. The bytes go a while later: first into quarantine, from which a push that needs them brings them back, and after another grace for good. Nothing stops meanwhile; everybody pushes and pulls on.
space-earlier = Earlier collections
space-look = See what it would free
space-start = Free space now

## A collection under way.

space-stop = Stop
space-stopping = Stopping
space-collecting = Collecting
# After "Collecting" or "Stopping": who began, and how long ago.
space-started-by = started by { $who } { $when }
# Who began, or stopped it.
space-by-operator = the operator
space-by-schedule = the hold, on its schedule
# The phase is one of the five below.
space-progress = { $phase }. { $looked_at } looked at, { $freed } freed, { $quarantined } put into quarantine.
space-reading = Reading what images need
space-removing = Removing what has waited long enough
space-quarantining = Putting what nothing needs into quarantine
space-searching = Looking through the storage for bytes that nobody knows
space-over = Done
space-look-again = Look again
space-stop-means = Stopping ends it with the blob that it is at. What is freed stays free, and the next one goes on.

## A dry run.

space-plan = What a collection would do now
space-plan-nothing = There is nothing to free at the moment.
space-plan-frees = Collecting now frees { $freed }.
# $grace is a span of time: "24 hours".
space-plan-later = Another { $bytes } goes into quarantine and is freed by a collection { $grace } later.
space-plan-start = Do that now
space-plan-dry = This is a dry run: nothing was changed. What nothing uses is kept for { $grace }.
space-goes = What goes
space-goes-none = Nothing.
space-goes-removed = Out of quarantine, freed now
space-goes-record-blobs = Uploaded for records that do not use them, freed now
space-goes-orphans = Left in the storage by a crash, freed now
space-goes-quarantined = Used by nothing, into quarantine
space-stays = What stays, and why
space-stays-none = The hold is empty.
space-stays-used = Images use them
space-stays-promised = Promised to a push that is under way
space-stays-grace = Stored, found or let go of a short while ago
space-stays-quarantined = In quarantine, and not for long enough
space-stays-orphans = Unknown, but too many: is this the database of this storage?
space-why = Why
space-blobs = Blobs
space-bytes = Bytes
space-more = And { $count } more, which are not listed.
space-items =
    { $count ->
        [one] { $count } blob goes
       *[other] { $count } blobs go
    }
space-item = Blob
space-fate = What becomes of it
space-fate-now = freed now
space-fate-later = into quarantine
space-fate-orphan = unknown, freed now
space-size = Size

## Earlier collections.

space-earlier-none = None yet. The hold collects by itself now and then, and whenever you say so.
space-done = Done
space-stopped = Stopped
# After "Stopped".
space-stopped-by = by { $who }
space-failed = Failed
space-interrupted = Interrupted
space-older = Older
space-when = When
space-ended = How it ended
space-by = Started by
space-freed = Freed
space-quarantined = Into quarantine
space-took = Took
# How long a collection took, unless it was minutes, hours or days.
space-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
space-no-second = under a second
