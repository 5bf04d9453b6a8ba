### The files of an image and of its layers.
