### A person's page, and what it shares with others: repositories in lists, points in time, feeds.

person-description =
    { $count ->
        [one] Container images that { $name } publishes: { $count } repository.
       *[other] Container images that { $name } publishes: { $count } repositories.
    }
person-eyebrow = Publisher
person-verified = Verified handle
person-verified-why = The handle and the account point to each other.
person-unverified = No verified handle
person-unverified-why = The account gives no name that points back to it.
person-unverified-notice = This account has no verified handle: the name it gives and the account do not point to each other. Its images are named by its DID.
# $did is a link whose text is a DID, such as "did:plc:abc".
person-permalink = Permalink { $did }
# $server is the address of the server that has the account.
person-hosted = Hosted at { $server }
person-feed = Feed of pushes
# Names the list for screen readers.
person-repositories = Repositories
person-starred = Starred
person-empty = No images yet
person-empty-words = Nothing has been pushed under this name, or it lies in a hold that only its crew may read. If the name is yours, the first push makes the first repository.

## A repository in a list, and on the picture that other sites show of it.

row-signed = Signed
# $when is how long ago ("2 minutes ago"), on the picture a date ("21 Nov 2026").
row-pushed = Pushed { $when }

## How long ago something was.

moment-ahead = in the future
moment-now = just now
moment-minutes =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
moment-hours =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
moment-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
moment-weeks =
    { $count ->
        [one] { $count } week ago
       *[other] { $count } weeks ago
    }
moment-months =
    { $count ->
        [one] { $count } month ago
       *[other] { $count } months ago
    }
moment-years =
    { $count ->
        [one] { $count } year ago
       *[other] { $count } years ago
    }

## Feeds.

# $subject is the name of a person or of a repository.
feed-title = Pushes of { $subject }
feed-push = { $tag } now stands for { $digest }

## Descriptions of repositories.

# Before what a picture in a description shows: pictures of strangers become links.
description-picture = Picture:
