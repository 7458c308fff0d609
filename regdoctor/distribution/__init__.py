"""The field's own facts, from specifications and the registry's source; no I/O."""
