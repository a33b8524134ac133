"""One file, one file format: bytes become recordings, damage becomes issues."""
