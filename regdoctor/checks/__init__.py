"""The checks: checks/FAMILY/NAME.py, one failure a file. Found by discovery; importing nothing that does I/O."""
