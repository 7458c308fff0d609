"""One file an output format; the name of the file is the value of --format."""
