"""Redis behind the registry."""
