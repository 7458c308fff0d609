"""The storage behind the registry."""
