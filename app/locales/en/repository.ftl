### A repository: what all its pages begin with, its first page, its tags, how to pull from it.

## The head of its pages.

repository-landmark = Repository
repository-overview = Overview
repository-tags = Tags
repository-compare = Compare
repository-settings = Settings
repository-stale = The server that hosts this account did not answer just now. This is what it said last.

## The first page.

# For search engines and other sites, where the owner has not written about it.
overview-description = Container images of { $repository }, published by { $owner }.
overview-no-tags = No tags
overview-no-tags-why = Something was pushed here, but no tag points to it. Push with a tag to give it a name that people can pull.
overview-about = About
overview-edit = Edit
overview-describe = Describe it
# $record is the name of a kind of record.
overview-about-none = The owner has not written about this repository yet. What they write is a record { $record } in their own repo.
overview-recent = Recent tags
overview-all-tags =
    { $count ->
        [one] All { $count } tag
       *[other] All { $count } tags
    }
overview-annotations = Annotations
overview-aside = About this repository
overview-facts = At a glance
overview-kind = Kind
overview-platforms = Runs on
overview-stored = Stored
overview-stars = Stars
overview-immutable = Immutable tags
overview-pulls = Pulls
overview-licence = Licence
overview-source = Source
overview-hold = Hold
overview-records = Records
overview-records-signed = What this page says is signed in the owner's repo:
# What a record is, before the link to it.
overview-record-tag = Tag
overview-record-manifest = Manifest
overview-record-description = Description

## Its star. The messages for screen readers stand before the number of stars.

star-sign-in = Sign in to star it
star-give = Star this repository
star-give-reader = Star this repository:
star-take = Take your star back
star-take-reader = Take your star back:

## Its tags.

tags-title = Tags of { $repository }
tags-description =
    { $count ->
        [one] The tags of { $repository }: { $count } tag.
       *[other] The tags of { $repository }: { $count } tags.
    }
# Which of the tags are on this page: "1–50 of 120 tags".
tags-part =
    { $count ->
        [one] { $first }–{ $last } of { $count } tag
       *[other] { $first }–{ $last } of { $count } tags
    }
tags-part-matching =
    { $count ->
        [one] { $first }–{ $last } of { $matching } that match, { $count } tag in all
       *[other] { $first }–{ $last } of { $matching } that match, { $count } tags in all
    }
tags-filter-landmark = Tags
tags-filter = Filter tags
tags-order = Order
tags-order-version = Newest version first
tags-order-pushed = Last pushed first
tags-show = Show
tags-none = No tags yet
tags-none-why = A push with a tag puts the first one here.
tags-no-match = No tag matches
tags-no-match-why = None of the tags has “{ $filter }” in it.
tags-show-all = Show all tags
tags-choose = Choose { $tag }
tags-delete-chosen = Delete chosen tags…
tags-delete-matching = Delete all { $count } that match…
tags-delete-hint = You see what goes before anything is deleted.
tags-record = Record
tags-attached =
    { $count ->
        [one] { $count } attachment
       *[other] { $count } attachments
    }
# $when is how long ago: "2 minutes ago".
tags-pushed = Pushed { $when } by { $who }
tags-images = Images of { $tag }
tags-unpacked-unknown = Known once its files were listed
tags-pages = Pages of tags
tags-first-page = First page
tags-next-page = Next page

## How to pull.

pull-with = Pull with
# $client is the name of a program.
pull-client = Commands for { $client }
pull-by-tag = By tag: whatever { $tag } is at the moment
pull-by-digest = Pinned by digest: exactly these bytes, always
