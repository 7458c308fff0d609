"""A real registry stack on this machine, healthy or broken in one named way."""
