"""A fictional county to try everything on."""
