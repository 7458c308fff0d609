"""Clocks that must agree."""
