"""One file a fault; the name of the file is the name of the fault, with dashes."""
