"""The storage behind the registry, in tables: what its identity may do there. No I/O."""
