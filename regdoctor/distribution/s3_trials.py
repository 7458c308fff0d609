"""Which calls of the S3 API tell what the registry's identity may read, each below which part of its keys."""

from __future__ import annotations

from regdoctor.distribution.s3_operations import Area, Operation

TRIED = (
    (Operation.LIST, Area.BUCKET),
    *((kind, area) for area in (Area.BLOBS, Area.LINKS) for kind in (Operation.LIST, Operation.HEAD, Operation.GET)),
    (Operation.LOCATION, Area.BUCKET),
    (Operation.LIST_UPLOADS, Area.BUCKET),
    *((kind, Area.UPLOADS) for kind in (Operation.LIST, Operation.HEAD, Operation.GET)),
    (Operation.PRESIGNED_HEAD, Area.BLOBS),
    (Operation.PRESIGNED_GET, Area.BLOBS),
)
"""Every call, in the order in which they are told."""
