"""The library: the images of one directory that can be put into the target's drive."""
