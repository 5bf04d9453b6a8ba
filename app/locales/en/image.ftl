### One manifest: an image, an index or an artifact.
