### What a hold's captains and crew admins did, /hold/<did>/activity.

activity-title = Activity
activity-log = Who did what
activity-latest = Latest
activity-older = Older
activity-pages = Pages of the log
# $lines and $table are activity-export-lines and activity-export-table.
activity-export = Entries are kept for a year. Take these along as { $lines } or { $table }.
activity-export-lines = JSON lines
activity-export-table = CSV
activity-unmatched = Nothing like that happened
activity-unmatched-all = Show everything
activity-none = Nothing has happened yet
activity-none-what = Changes of the crew and the settings, collections of garbage and refused pushes are listed here.

## What to show.

activity-filter = The log
activity-filter-person = Person
activity-filter-person-example = handle or DID
activity-filter-person-unknown = Nobody is found by the name { $name }. Type a handle or a DID.
activity-filter-action = What
activity-filter-action-all = Everything
activity-filter-days = When
activity-filter-days-all = All that is kept
activity-filter-days-last =
    { $count ->
        [one] The last day
       *[other] The last { $count } days
    }
activity-filter-submit = Show

activity-group-crew = Crew
activity-group-captaincy = Captaincy
activity-group-settings = Settings
activity-group-garbage = Garbage collection
activity-group-quota = Quota
activity-group-data = Personal data
activity-group-hold = The hold itself

## An entry.

# Who did what; $action chooses the words. $name is how programs call what this release does not know.
activity-entry =
    { $action ->
        [crew-joined] { $who } joined the crew
        [crew-changed] { $who } changed what they may do themselves
        [crew-tierChanged] { $who } changed their own tier
        [crew-left] { $who } left the crew
        [settings-changed] { $who } changed the settings of the hold
        [settings-profileChanged] { $who } changed the profile of the hold
        [settings-postChanged] { $who } wrote or removed a post of the hold
        [captaincy-withdrawn] { $who } took the offer of the captaincy back
        [captaincy-accepted] { $who } took the captaincy over
        [garbage-started] { $who } started a collection of garbage
        [garbage-ended] { $who } finished a collection of garbage
        [garbage-stopped] { $who } stopped a collection of garbage
        [garbage-failed] { $who } could not finish a collection of garbage
        [hold-exported] { $who } exported the hold
        [hold-imported] { $who } imported the hold
        [hold-crawlRequested] { $who } asked the relays to follow the hold
        [data-exported] { $who } took a copy of their data
        [data-deleted] { $who } had their data removed
        [quota-refused] { $who } had no room for a push
       *[other] { $who } did something of another release ({ $name })
    }
# The same where it was done to somebody else, who is $whom.
activity-entry-whom =
    { $action ->
        [crew-added] { $who } took { $whom } into the crew
        [crew-changed] { $who } changed what { $whom } may do
        [crew-tierChanged] { $who } changed the tier of { $whom }
        [crew-removed] { $who } removed { $whom } from the crew
        [captaincy-offered] { $who } offered the captaincy to { $whom }
        [hold-created] { $who } set up the hold for { $whom }
       *[other] { $who } did something of another release ({ $name }) with { $whom }
    }
# Instead of a person's name, at the beginning of an entry.
activity-operator = The operator
activity-hold = The hold
# More than once.
activity-times = { $count } times within the hour
# What else there is to say, and what was changed to what: names and values as below, or as programs have them.
activity-detail = { $label }: { $value }
activity-change = { $label }: { $from } → { $to }
activity-label-all-crew = everybody may join
activity-label-posts = posts about pushes
activity-label-public = everybody may read
activity-label-grace = grace in minutes
activity-label-freed = freed
activity-label-quarantined = into quarantine
activity-label-keys = with its keys
# Who was the captain before.
activity-label-before = before
activity-label-size = size
activity-label-revision = revision
# Of something that was not set, or is not any more.
activity-value-none = none
activity-value-yes = yes
activity-value-no = no
# Of a list.
activity-value-empty = nothing
