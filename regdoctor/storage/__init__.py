"""Walking, auditing and comparing registry storage, on disk and in buckets."""
