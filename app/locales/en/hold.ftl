### Holds: lists of them, the public page, quotas, settings, network.

## What every page of a hold begins with.

# The title of the window: what the page is about, and the name of the hold.
hold-window-title = { $page } · { $hold }
hold-summary = { $hold } is a hold: storage for container images. Its captain is { $captain }.
# Above the name of the hold.
hold-eyebrow = Hold
hold-landmark = Hold
hold-tab-overview = Overview
hold-tab-crew = Crew
hold-tab-quotas = Quotas
hold-tab-usage = Usage
hold-tab-space = Space
hold-tab-network = Network
hold-tab-activity = Activity
hold-tab-settings = Settings

## What a form has done.

hold-done-joined = You are in the crew now. Push whenever you like.
hold-done-added = They are in the crew now, and can push at once.
# Of a member of the crew.
hold-done-changed = Saved. It counts from now on.
hold-done-removed = They are not in the crew any more.
# Of the settings of the hold.
hold-done-saved = Saved in the hold's records.
# Of an invite.
hold-done-revoked = Taken back. The link lets nobody in any more.
hold-done-offered = Offered. Nothing changes until they accept.
hold-done-withdrawn = Taken back. Nobody is offered the captaincy any more.
hold-done-accepted = The hold is yours.
# Of relays, to follow the hold.
hold-done-asked = Asked. What each relay says now is below.

## A page that is for others.

hold-refused = For others
hold-refused-captain = This page is for the captain
hold-refused-administrators = This page is for the captain and administrators of the crew
# The permission is a word of the protocol: "crew:admin".
hold-refused-ask = The account you are signed in with does not run this hold. If it should, ask the captain, { $captain }, to add you to the crew or to give you the permission { $permission }.
hold-refused-back = Back to the hold

## What everybody sees of a hold, /hold/<did>.

hold-in-short = In short
hold-answers = Answers now
hold-is-silent = Does not answer
hold-runs-here = Runs in this server
hold-public = Public
hold-crew-only = Crew only
hold-open = Open registration
hold-by-invitation = By invitation
hold-offered = The captaincy of this hold is offered to you.
hold-offered-look = Look at the offer
hold-own-usage = Your space here
hold-own-tier = Tier { $name }
hold-sign-in = { $link } to join the crew. Everybody with an account may.
# The link in the sentence before.
hold-sign-in-link = Sign in
hold-ask-captain = To push to this hold, be in its crew. Ask the captain, { $captain }, for an invite.
hold-join-title = Join the crew
hold-join-means = Everybody with an account may. You can push to this hold then, within the quota of its members. Its captain sees who you are and how much you store.
hold-join = Join

hold-about = About this hold
hold-unsaid = not said
hold-captain = Captain
hold-reading = Reading
hold-reading-everybody = Everybody, without an account
hold-reading-crew = The crew
hold-joining = Joining
hold-joining-everybody = Everybody with an account
hold-joining-added = Those whom the captain or an administrator adds
hold-crew = Crew
hold-crew-unknown = not known at the moment
hold-tiers = Quotas
hold-tier = { $name }, { $size }
hold-tier-default = { $name }, { $size } (new members)
hold-region = Region
hold-provider = Provider
hold-storage = Kept in
hold-storage-folder = A folder on a disk
hold-storage-bucket = A bucket (S3)
hold-software = Software
hold-version = version { $version }
hold-since = Since

hold-identity = Identity
hold-did = DID
hold-endpoint = Endpoint
hold-captain-record = Captain record
hold-for-programs = For programs
hold-json = This page as JSON

## The holds that somebody has to do with, /holds.

holds-title = Holds
holds-summary = Holds keep the layers of container images. Anybody can run one: on a disk or a bucket of their own.
# Above the title.
holds-eyebrow = Storage
holds-lead = A hold keeps the layers of images. It has a captain who owns it and a crew who may use it, and anybody can run one.
holds-set-up = Set up your own hold
holds-own = Yours
holds-own-none = No hold of your own
holds-own-means = Your images lie in holds of others. With one of your own, they lie on your disk or in your bucket, and you decide who may use it.
holds-own-set-up = How to set one up
holds-sign-in = { $link } to see the holds that are yours and those in whose crew you are.
# The link in the sentence before.
holds-sign-in-link = Sign in
holds-crew = Where you are in the crew
holds-open = Open holds
holds-open-means = Everybody may read from these, or join their crew.
holds-open-none = This registry knows of no other hold that is open.
holds-silent = Not answering
holds-silent-means = These are known here and do not answer at the moment.
holds-captain = Captain { $captain }
holds-runs-here = Runs here
# The hold that somebody's images go to.
holds-default = You push here
holds-offered = You are offered the captaincy
# What somebody uses of a hold, on the page of their quotas.
holds-usage-unknown = This hold does not say how much you use: it did not answer, or its software has no such method.
holds-usage-silent = This hold does not answer at the moment, so what you use there is not known.

## A hold that does not say what is asked.

upkeep-not-offered-title = This hold does not say
# The method is a name of the protocol.
upkeep-not-offered = Its software answered that it does not know { $method }, which holds run with Longshore offer. Whoever operates the machine finds out with the tools of that software.
# In place of a file that was to be downloaded.
upkeep-export-not-offered = This hold does not offer { $method }.
upkeep-unreachable = The hold does not answer at the moment. Reload the page in a while.
upkeep-not-vouched = Your server gave no token for this hold. Allow Longshore to speak to holds for you, or sign in again.
upkeep-failed = That cannot be looked up at the moment, and it is not your fault. Reload the page in a while.

## Quotas, /hold/<did>/quotas.

quotas-title = Quotas
quotas-partly = This hold has { $total } members; the usage of the first { $looked_at } was looked at. The others are on the page of the crew.
quotas-tiers = Tiers
quotas-none = No tiers, no limits
quotas-none-means = Every member may store as much as there is room for.
quotas-silent = This hold does not say which quotas it has: its software has no such method, or it did not answer.
quotas-default = New members get this
quotas-how = Usage is the sum of the different blobs that somebody's images use; a layer that two of their images share counts once. The captain has no limit. Members are warned at 80 % and 95 %; what does not fit is refused before it is stored.
quotas-unknown =
    { $count ->
        [one] { $count } member has a tier that this hold does not know. The default counts for them.
       *[other] { $count } members have a tier that this hold does not know. The default counts for them.
    }
# The names of two settings: "HOLD_QUOTA_TIERS" and "HOLD_DEFAULT_TIER".
quotas-here = Whoever runs this server sets the tiers: { $tiers } names them with their limits, and { $default } is the one that members have who were given none. They take effect at the next start.
quotas-elsewhere = The tiers are part of the configuration of the server that this hold runs on, so they are changed there and not here. Which member has which tier is decided here.
quotas-pressed = Near their limit
quotas-pressed-none = Nobody uses 80 % of their quota.
quotas-overrides = With a tier of their own
quotas-overrides-none = Every member has the default. To give somebody another tier, open them on the { $link }.
# The link in the sentence before.
quotas-overrides-none-link = page of the crew

## Settings, /hold/<did>/settings.

hold-settings-title = Settings
hold-settings-save = Save
hold-settings-access = Who may do what
hold-settings-public = Public
hold-settings-public-means = Everybody may pull, without an account. Writing is never public.
hold-settings-open = Open registration
hold-settings-open-means = Everybody with an account may join the crew, with the default quota.
hold-settings-posts = Announce pushes
hold-settings-posts-mean = The hold posts about each tagged push, on its own Bluesky profile.
# A setting of the server with its value, such as "HOLD_PUBLIC=true".
hold-settings-fixed = The configuration says { $setting } and wins at the next start. To keep another choice, change it there too.
hold-settings-profile = What everybody sees
hold-settings-name = Name
hold-settings-description = Description
hold-settings-region = Region
hold-settings-provider = Provider
# What may stand in the field for the provider.
hold-settings-provider-example = My own server
hold-settings-place-means = Where the blobs are, and with whom, in your words. Public, like everything on this card; leave empty what you do not want to say.
hold-settings-captaincy = Captaincy
hold-settings-transfer = { $link } to a member of the crew, who has to accept it.
# The link in the sentence before.
hold-settings-transfer-link = Transfer the captaincy

## How a hold stands on the network, /hold/<did>/network.

network-title = Network
# Stands under the number.
network-followers =
    { $count ->
        [one] program follows the firehose now
       *[other] programs follow the firehose now
    }
# Stand under the number; $when is how long ago: "2 minutes ago".
network-last-event = is the number of the last event
network-last-event-at = is the number of the last event, { $when }
# Stands under the number of records; counts the blocks that they are in.
network-records =
    { $count ->
        [one] records in { $count } block, { $size }
       *[other] records in { $count } blocks, { $size }
    }
network-relays = Relays
network-relays-none = No relay is named
# The name of a setting: "HOLD_RELAYS".
network-relays-mean = Relays carry the records of many repos to whoever follows the network. Whoever runs this hold names them with { $setting }; without one, this hold is found by those who know its address.
network-relay-follows = Follows
network-relay-silent = Does not say
# $seq is the number of an event.
network-relay-has = It has the events up to { $seq }.
network-relay-problem = Its answer: { $problem }.
network-ask = Ask them to follow this hold
network-ask-means = The hold asks at each start. Asking again does no harm, and helps when a relay lost track.
network-repo = Repo
network-repo-means = Everything this hold says of itself, its crew and its layers is a record in its own repo, signed by its key. Anybody can read it and check it.
network-address = Address
network-handle = Handle
network-revision = Revision
network-commit = Commit
network-commit-copy = Copy the CID of the commit
network-events-kept = Events kept
# Numbers of the first event and the last.
network-events = { $first } to { $last }
network-events-none = none
network-firehose = Firehose
network-by-collection = Records by collection
network-collection = Collection
network-count = Records
network-download = Download the repo (CAR)
network-document = DID document
