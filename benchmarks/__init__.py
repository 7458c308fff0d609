"""The ratios that ARCHITECTURE.md promises, each against its peer in the same run: `make bench`."""
