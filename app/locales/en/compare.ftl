### Two tags side by side.

# $name is that of the repository, $from and $to are tags.
compare-title = { $name }: { $from } and { $to }
compare-title-none = Compare tags of { $name }
compare-description = What differs between images of { $name }.

## The choice of two tags.

# Before the earlier and the later of the two.
compare-from = From
compare-to = To
compare-start = Compare
compare-none-title = Choose two tags
compare-none = You will see what differs between them: layers, size, settings, packages and files.

## In short.

compare-summary = Summary
compare-partial = Some layers could not be read to their end, so files and packages may be missing here.
# Of each of the two.
compare-side =
    { $count ->
        [one] { $size } in { $count } layer
       *[other] { $size } in { $count } layers
    }
compare-difference = Difference
# The later one, compared with the earlier one.
compare-same-size = The same size
compare-larger = { $size } larger
compare-smaller = { $size } smaller
compare-file-counts =
    { $added ->
        [one] { $added } file added, { $removed } removed, { $changed } changed
       *[other] { $added } files added, { $removed } removed, { $changed } changed
    }

## Settings and packages.

compare-settings = Settings
compare-settings-same = Both run the same way: entry point, command, environment and labels are equal.
# An environment variable, and a label of the image; the names of other settings are those in image.ftl.
compare-environment = Environment { $name }
compare-label = Label { $name }
compare-packages = Packages
compare-packages-same = Both have the same packages.
compare-packages-unknown = At least one of them has no package database that can be read here: those of dpkg and apk are, and the lists of rpm-based images without a shell.
compare-name = Name
compare-before = Before
compare-after = After
# Read aloud for a dash in place of a value.
compare-absent = not there

## Layers.

compare-layers = Layers
compare-layers-shared =
    { $count ->
        [one] { $count } layer in both, { $size }.
       *[other] { $count } layers in both, { $size }.
    }
compare-layers-pull = Whoever has the earlier image pulls only what was added.

## Files.

compare-files = Files
compare-files-same = Both have the same files.
compare-files-more = The first { $shown } of { $count }.
compare-files-caption = Files that differ
compare-path = Path
compare-change = What happened
