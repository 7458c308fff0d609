"""Whether a registry answers at all."""
