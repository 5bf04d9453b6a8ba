### The files of an image and of its layers.

files-title = Files of { $image }
files-description =
    { $count ->
        [one] The one file of { $image }.
       *[other] The { $count } files of { $image }.
    }
files-image-link = Back to the image
files-unpacked = { $size } unpacked

## The choice of a layer.

files-layers = Layers
files-all-layers = The whole image, all layers on each other
# In place of the command that made the layer, where the image does not say it.
files-layer-number = Layer { $layer }
# Read aloud after three numbers: "+12 ~3 −1".
files-layer-counts = files added, changed and deleted
files-stopped-entries = It has more files than are listed; the first are here.
files-stopped-bytes = It unpacks to more than is read; files from its beginning are here.
files-stopped-ratio = It unpacks to so many times its size that reading it was stopped.
files-stopped-time = Reading it took too long and was stopped; try again later.
files-stopped-malformed = It is no archive that can be read, or a broken one.

## The search.

files-search-landmark = Files
files-search-label = Find files by path
files-search = Find

## A folder, or what was found.

files-folder = Folder
# The folder that all others are in, at the beginning of a path.
files-root = root
files-none-title = Nothing here
files-none = No file is at this place or matches the search.
files-none-root = Show the root folder
files-more =
    { $count ->
        [one] { $count } entry is not shown. Search by path to find it.
       *[other] { $count } entries are not shown. Search by path to find them.
    }
files-caption = Files
files-name = Name
files-mode = Mode
files-change = What happened
files-layer = Layer
files-size = Size

## One file.

# After its size and mode.
files-from-layer = from layer { $layer }
# Of a link.
files-leads-to = leads to { $target }
files-content = Content of the file
files-not-shown = This file is not shown: it is no plain text, or larger than 256 kB.

## What became of a file or layer.

change-added = added
change-changed = changed
change-deleted = deleted
