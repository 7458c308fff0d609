"""Tries, with the registry's own key, the calls to its Azure container that a pull, a push and a health check need."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.formats.azure_parameters import KEY
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.azure_container import BlobContainer, names_in, registry_container
from regdoctor.probes.bucket import require_live

_MADE_UP = "regdoctor-asks-for-what-is-not-there"
_DEADLINE = 4.0
"""Seconds for each of the thirteen calls."""
_READS = (AzureOperation.LIST, AzureOperation.HEAD, AzureOperation.GET)

TRIED = (
    (AzureOperation.LIST, Area.BUCKET),
    *((kind, area) for area in (Area.BLOBS, Area.LINKS, Area.UPLOADS) for kind in _READS),
    (AzureOperation.SIGNED_HEAD, Area.BLOBS),
    (AzureOperation.SIGNED_GET, Area.BLOBS),
)
"""Every call, in order, for people to know beforehand."""


@probe(
    reads="with the registry's Azure account key: a listing each of the container, of blobs/, of repositories/, of an "
    "upload, and of the folder that older or newer drivers would use; Get Blob Properties and Get Blob (one byte) of "
    "one blob in each; and of one blob the same by a link that is signed with the key, as a client asks",
    limit=(len(TRIED) + 1) * _DEADLINE + 2,
    network=True,
)
def azure_access(
    installation: Installation, config: RegistryConfig, product: Product | Absent, door: Http
) -> AzureAccess:
    """What the store answered. Raises what `require_live` and `registry_container` raise."""
    require_live(installation)
    generation = product.generation if isinstance(product, Product) else None
    store, parameters = registry_container(config, generation, door)
    named = parameters.value("accountkey")
    return look(store, named.quote() if named is not None else Quote(config.source, "no accountkey"))


def look(store: BlobContainer, named_by: Quote) -> AzureAccess:
    """The same, of a container that is at hand."""
    own = store.container.own_prefix
    # distribution's health check lists the root with a limit of one (Stat in registry/storage/driver/azure/azure.go).
    calls = [AzureCall(AzureOperation.LIST, Area.BUCKET, own, store.list(own, 1))]
    access = AzureAccess(store.container, named_by, tuple(calls))
    if access.unusable:
        return access  # it would be the same for every further call
    blobs = _reads(store, Area.BLOBS, f"{own}{KEY}blobs/", "/data")
    calls += blobs
    calls += _reads(store, Area.LINKS, f"{own}{KEY}repositories/", "/link")
    calls += _reads(store, Area.UPLOADS, f"{own}{KEY}repositories/{_MADE_UP}/_uploads/", "/startedat")
    for operation, method in ((AzureOperation.SIGNED_HEAD, "HEAD"), (AzureOperation.SIGNED_GET, "GET")):
        answer = store.signed(method, blobs[-1].key)
        if answer is not None:
            calls.append(AzureCall(operation, Area.BLOBS, blobs[-1].key, answer))
    return AzureAccess(store.container, named_by, tuple(calls), *_roots(store))


def _roots(store: BlobContainer) -> tuple[bool | None, AzureCall | None]:
    """Whether anything is where the registry looks, and the listing of the other form of its root where nothing is."""
    folder = f"{store.container.own_prefix}{KEY}"
    there = AzureCall(AzureOperation.LIST, Area.BUCKET, folder, store.list(folder, 1))
    if not there.allowed or names_in(there.exchange):
        return (True if there.allowed else None), None
    other = f"{store.container.prefix(legacy=not store.container.legacy)}{KEY}"
    return False, AzureCall(AzureOperation.LIST, Area.BUCKET, other, store.list(other, 1))


def _reads(store: BlobContainer, area: Area, prefix: str, ending: str) -> list[AzureCall]:
    listing = store.list(prefix, 100)
    names = [name for name in names_in(listing) if name.endswith(ending)]
    # A name that is not there answers 404 to one who may read, 403 to one who may not.
    name = names[0] if names else f"{prefix}{_MADE_UP}{ending}"
    return [
        AzureCall(AzureOperation.LIST, area, prefix, listing),
        AzureCall(AzureOperation.HEAD, area, name, store.head(name)),
        AzureCall(AzureOperation.GET, area, name, store.get(name)),
    ]
