### Numbers of things, as they stand in lists, tables and sentences.

count-tags =
    { $count ->
        [one] { $count } tag
       *[other] { $count } tags
    }
count-members =
    { $count ->
        [one] { $count } member
       *[other] { $count } members
    }
count-blobs =
    { $count ->
        [one] { $count } blob
       *[other] { $count } blobs
    }
count-stars =
    { $count ->
        [one] { $count } star
       *[other] { $count } stars
    }
count-people =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
count-files =
    { $count ->
        [one] { $count } file
       *[other] { $count } files
    }
count-repositories =
    { $count ->
        [one] { $count } repository
       *[other] { $count } repositories
    }
count-pulls =
    { $count ->
        [one] { $count } pull
       *[other] { $count } pulls
    }
count-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
count-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
count-days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
