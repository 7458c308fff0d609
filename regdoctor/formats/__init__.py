"""Readers of files: no judgement, and every value knows the file and line that it came from."""
