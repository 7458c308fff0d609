"""Which calls of Azure's blob service tell what the registry's identity may read, and below which part of its names."""

from __future__ import annotations

from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area

_READS = (AzureOperation.LIST, AzureOperation.HEAD, AzureOperation.GET)

TRIED = (
    (AzureOperation.LIST, Area.BUCKET),
    *((kind, area) for area in (Area.BLOBS, Area.LINKS, Area.UPLOADS) for kind in _READS),
    (AzureOperation.DELEGATE, Area.BUCKET),
    (AzureOperation.SIGNED_HEAD, Area.BLOBS),
    (AzureOperation.SIGNED_GET, Area.BLOBS),
)
"""Every call, in the order in which they are told."""
