"""All I/O: one file a kind of evidence. What a probe may read and write is declared on it."""
