### Who stores what in a hold, /hold/<did>/usage.

usage-title = Usage
usage-none = Nothing is stored here yet
usage-none-means = As soon as somebody pushes an image into this hold, this page shows what takes up its space.
usage-none-invite = Invite a crew

## In all. These stand under a size.

usage-stored =
    { $count ->
        [one] stored, in { $count } blob
       *[other] stored, in { $count } blobs
    }
usage-used = used by images, each blob counted once
usage-unused = used by no image: on its way in or out
usage-unused-free = Free it

## By repository.

usage-by-repository = By repository
# What the picture shows, for whoever cannot see it.
usage-map = Areas as large as what each repository alone uses, and { $shared } that several share. The table below has the numbers.
usage-map-means = An area is what a repository uses alone: removing it would free that. What several repositories share is hatched, and is freed when the last of them lets go of it.
usage-map-others = Other repositories
usage-map-shared = Shared by several
# One area of the picture.
treemap-part = { $name }: { $size }
usage-repositories-label = Repositories by what they use
usage-repository = Repository
usage-uses = Uses
usage-alone = Alone
usage-shared = Shared
usage-images = Images
usage-weigh-column = Weigh
usage-weigh = Weigh tags
usage-weigh-label = Weigh tags of { $repository }: what would removing them free?
usage-all-repositories = All { $count } repositories

## By person.

usage-by-person = By person
usage-people-label = People by what they use
usage-person = Person
usage-of-quota = Of their quota
usage-repositories = Repositories
usage-all-people = All { $count } people

## Over time.

usage-over-time = Over time
usage-samples-none = The first sample is taken within the hour; there is one for each day.
# $when is how long ago: "2 minutes ago", here and in the next.
usage-samples-one = One sample so far, taken { $when }: { $stored } stored, { $used } of it used by images. There is one for each day, so a line needs two days.
usage-samples-latest = The latest sample was taken { $when }.
usage-grew =
    { $days ->
        [one] In { $days } day the hold grew by { $size }.
       *[other] In { $days } days the hold grew by { $size }.
    }
usage-shrank =
    { $days ->
        [one] In { $days } day the hold shrank by { $size }.
       *[other] In { $days } days the hold shrank by { $size }.
    }
growth-stored = Stored
growth-used = Used by images
# How much the upper edge of the drawing stands for.
growth-top = The top is { $size }.

## What removing some tags of a repository would free.

usage-weigh-title = What would removing tags of { $repository } free?
usage-weigh-means = Nothing is removed here. Tags are removed by their owner, on the page of the repository; the hold then frees what nothing needs any more.
usage-tags-none = No tag of this repository is known here; its images are kept by their digests alone.
usage-tags-unknown = This registry does not show you the tags of this repository, so they cannot be weighed from here.
usage-tags-which = Which tags would go?
usage-tags-weigh = Say what that frees
usage-removal-frees =
    { $tags ->
        [one] Deleting this tag frees { $size }.
       *[other] Deleting these tags frees { $size }.
    }
usage-removal-goes =
    { $images ->
        [one]
            { $blobs ->
                [one] { $images } image goes, and with it { $blobs } blob that nothing else needs.
               *[other] { $images } image goes, and with it { $blobs } blobs that nothing else needs.
            }
       *[other]
            { $blobs ->
                [one] { $images } images go, and with them { $blobs } blob that nothing else needs.
               *[other] { $images } images go, and with them { $blobs } blobs that nothing else needs.
            }
    }
usage-removal-stays = { $size } that they use stay, as something else needs them.
usage-removal-kept =
    { $images ->
        [one] { $images } image stays, as other tags lead to it.
       *[other] { $images } images stay, as other tags lead to them.
    }
usage-removal-quota = The owner's quota gets { $size } back at once; the bytes are free after the collection of garbage.

## How much somebody uses of what they may, as a bar.

usage-bar-of = { $used } of { $limit } ({ $percent } %)
usage-bar-unlimited = { $used }, no limit
usage-bar-high = Over 80 %
usage-bar-nearly-full = Over 95 %
usage-bar-full = Full
