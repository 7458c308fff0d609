"""Checks of how the registry's settings are written: keys and variables that it does not know, or will not know."""
