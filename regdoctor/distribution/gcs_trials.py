"""Which calls of Google Cloud Storage tell what the registry's identity may do."""

from __future__ import annotations

TRIED = (
    "a token: of the token_uri of the registry's key, at googleapis.com only, or of the metadata server, directly",
    "buckets.testIamPermissions of the bucket: it tells permissions, and writes nothing",
    "objects.list of the registry's keys, one",
    "objects.get of one object, its first byte; of a name that nobody has where none is listed",
    "objects.testIamPermissions of that object",
    "HEAD and GET of that object by links that are signed with the registry's key, as clients follow them",
    "buckets.get of the bucket",
)
"""Every call, in order, for people to know beforehand."""
