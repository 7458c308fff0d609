"""Manifests: their kinds, and what the registry makes of them."""
