"""Tries, as the registry's own identity, the calls to its Azure container that pulls, pushes and health checks need."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

from regdoctor.check import Quote
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.azure_parameters import KEY, AzureIdentity, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, probe
from regdoctor.probes.azure_container import BlobContainer, names_in, registry_container
from regdoctor.probes.azure_entra import EntraRefusedError
from regdoctor.probes.azure_identity import RegistrysHost
from regdoctor.probes.azure_signers import Bearer, SharedKey
from regdoctor.probes.bucket import require_live

_MADE_UP = "regdoctor-asks-for-what-is-not-there"
_DEADLINE = 4.0
"""Seconds for each call."""
_IN_TURN = 13
"""Requests that wait for each other: four for a token, the first listing, three of an area, one for a key, two by a
link, two listings of the folder.
"""


@probe(
    reads="with the registry's Azure identity (its account key, or a token that Entra ID is asked for): a listing each "
    "of the container, of blobs/, of repositories/, of an upload, and of the folder that older or newer drivers would "
    "use; Get Blob Properties and Get Blob (one byte) of one blob in each; with a token Get User Delegation Key; and "
    "of one blob the same by a link that is signed with the key, as a client asks",
    limit=_IN_TURN * _DEADLINE,
    network=True,
)
def azure_access(
    installation: Installation,
    config: RegistryConfig,
    product: Product | Absent,
    service: ServiceEnvironment | Absent,
    door: Http,
) -> AzureAccess:
    """What the store answered. Raises what `require_live` and `registry_container` raise, but a refused token."""
    require_live(installation)
    host = RegistrysHost(installation, service, product)
    try:
        store, parameters = registry_container(config, host, door)
    except EntraRefusedError as error:
        return _without_token(config, host, error.exchange)
    found = look(store, parameters.named_by.quote())
    taken = AzureIdentity.SHARED_KEY if isinstance(store.signer, SharedKey) else parameters.identity
    return dataclasses.replace(found, identity=taken or AzureIdentity.DEFAULT)


def _without_token(config: RegistryConfig, host: RegistrysHost, refused: Exchange) -> AzureAccess:
    parameters = azure_parameters(config)
    generation = host.product.generation if isinstance(host.product, Product) else None
    container = parameters.container(generation) if parameters is not None else None
    if parameters is None or container is None:
        raise CouldNotGatherError("the configuration names no container")
    kind = parameters.identity or AzureIdentity.DEFAULT
    return AzureAccess(container, parameters.named_by.quote(), (), identity=kind, refused_token=refused)


def look(store: BlobContainer, named_by: Quote) -> AzureAccess:
    """The same, of a container that is at hand."""
    own = store.container.own_prefix
    # distribution's health check lists the root with a limit of one (Stat in registry/storage/driver/azure/azure.go).
    calls = [AzureCall(AzureOperation.LIST, Area.BUCKET, own, store.list(own, 1))]
    access = AzureAccess(store.container, named_by, tuple(calls))
    if access.unusable:
        return access  # it would be the same for every further call
    places = (
        (Area.BLOBS, f"{own}{KEY}blobs/", "/data"),
        (Area.LINKS, f"{own}{KEY}repositories/", "/link"),
        (Area.UPLOADS, f"{own}{KEY}repositories/{_MADE_UP}/_uploads/", "/startedat"),
    )
    with ThreadPoolExecutor(len(places), thread_name_prefix="azure") as pool:
        blobs, *others = pool.map(lambda place: _reads(store, *place), places)
    for found in (blobs, *others):
        calls += found
    if isinstance(store.signer, Bearer):
        answer = store.delegation_key()
        store = store.signing_with(answer)
        # The key itself is no evidence.
        kept = dataclasses.replace(answer, body=b"") if answer.ok else answer
        calls.append(AzureCall(AzureOperation.DELEGATE, Area.BUCKET, "", kept))
    for operation, method in ((AzureOperation.SIGNED_HEAD, "HEAD"), (AzureOperation.SIGNED_GET, "GET")):
        answered = store.signed(method, blobs[-1].key)
        if answered is not None:
            calls.append(AzureCall(operation, Area.BLOBS, blobs[-1].key, answered))
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
