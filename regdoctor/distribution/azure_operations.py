"""What the registry's Azure driver asks of its container, which permission each call takes, and what fails without it.

Sources: registry/storage/driver/azure/azure.go of distribution 2.8 and 3.x, registry/storage/driver/azure/v2 of
GitLab's registry; for the permissions "Authorize with Microsoft Entra ID" and "Create a service SAS" of the Blob
service REST API.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from regdoctor.distribution.registry_uses import Area, Use

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
READ, WRITE, DELETE = f"{_BLOBS}/read", f"{_BLOBS}/write", f"{_BLOBS}/delete"
DELEGATE = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"
"""Signs links for an identity of Entra ID; an account key signs them by itself. It is granted on the whole account."""


class AzureOperation(enum.StrEnum):
    """A call of the Blob service REST API, by its name there."""

    LIST = "List Blobs"
    HEAD = "Get Blob Properties"
    GET = "Get Blob"
    DELEGATE = "Get User Delegation Key"
    """With it an identity of Entra ID signs links; an account key signs by itself."""
    SIGNED_HEAD = "Get Blob Properties by SAS"
    """As a client makes it, that the registry has sent on: without credentials of its own."""
    SIGNED_GET = "Get Blob by SAS"
    PUT = "Put Blob"
    PUT_APPEND = "Put Blob (append blob)"
    APPEND = "Append Block"
    COPY = "Copy Blob"
    DELETE = "Delete Blob"

    @property
    def writes(self) -> bool:
        """Whether it changes what is in the container."""
        return self in _WRITING


_WRITING = frozenset(
    (
        AzureOperation.PUT,
        AzureOperation.PUT_APPEND,
        AzureOperation.APPEND,
        AzureOperation.COPY,
        AzureOperation.DELETE,
    )
)
_PERMISSIONS = {
    AzureOperation.LIST: READ,
    AzureOperation.HEAD: READ,
    AzureOperation.GET: READ,
    AzureOperation.DELEGATE: DELEGATE,
    AzureOperation.SIGNED_HEAD: READ,
    AzureOperation.SIGNED_GET: READ,
    AzureOperation.PUT: WRITE,
    AzureOperation.PUT_APPEND: WRITE,
    AzureOperation.APPEND: WRITE,
    AzureOperation.COPY: WRITE,
    AzureOperation.DELETE: DELETE,
}


def permission_of(operation: AzureOperation) -> str:
    """The data action of Azure's role-based access control that a call takes."""
    return _PERMISSIONS[operation]


@dataclass(frozen=True, slots=True)
class AzureNeed:
    """One call that the driver makes somewhere."""

    operation: AzureOperation
    area: Area
    uses: tuple[Use, ...]
    """What fails where it is refused."""
    why: str
    """What the registry does by it, in words that follow "the registry"."""


_HEALTH, _PULL, _PUSH, _DELETE, _GC = Use.HEALTH, Use.PULL, Use.PUSH, Use.DELETE, Use.GC
_ALL = (_HEALTH, _PULL, _PUSH, _DELETE, _GC)
NEEDS = (
    AzureNeed(
        AzureOperation.LIST, Area.BUCKET, _ALL, "lists the root as its health check, and answers 503 while that fails"
    ),
    AzureNeed(AzureOperation.LIST, Area.BLOBS, (_GC,), "lists all blobs when it looks for what to remove"),
    AzureNeed(AzureOperation.LIST, Area.LINKS, (_DELETE, _GC), "lists tags and repositories"),
    AzureNeed(AzureOperation.LIST, Area.UPLOADS, (_PUSH,), "lists what an upload has left when it tidies up"),
    AzureNeed(AzureOperation.HEAD, Area.BLOBS, (_PULL, _PUSH, _GC), "asks by it whether a blob is there"),
    AzureNeed(AzureOperation.HEAD, Area.LINKS, (_PUSH,), "asks by it what stands in a link's place before it is put"),
    AzureNeed(AzureOperation.HEAD, Area.UPLOADS, (_PUSH,), "asks by it how far an upload has come"),
    AzureNeed(AzureOperation.GET, Area.BLOBS, (_PULL, _GC), "reads manifests, and layers where it sends nobody on"),
    AzureNeed(AzureOperation.GET, Area.LINKS, (_PULL, _PUSH, _DELETE, _GC), "reads which blob a tag or a layer is"),
    AzureNeed(AzureOperation.GET, Area.UPLOADS, (_PUSH,), "reads when an upload began, and its checksum so far"),
    AzureNeed(
        AzureOperation.DELEGATE,
        Area.BUCKET,
        (_PULL, _PUSH),
        "signs by it the links for clients, and distribution 3 those by which it moves layers",
    ),
    AzureNeed(AzureOperation.SIGNED_HEAD, Area.BLOBS, (_PUSH,), "sends clients to it who ask whether a layer is there"),
    AzureNeed(AzureOperation.SIGNED_GET, Area.BLOBS, (_PULL,), "sends clients to it for every layer"),
    AzureNeed(AzureOperation.PUT, Area.BLOBS, (_PUSH,), "stores manifests"),
    AzureNeed(AzureOperation.PUT, Area.LINKS, (_PUSH,), "stores the links of tags, manifests and layers"),
    AzureNeed(AzureOperation.PUT, Area.UPLOADS, (_PUSH,), "notes when an upload began, and its checksum so far"),
    AzureNeed(AzureOperation.PUT_APPEND, Area.UPLOADS, (_PUSH,), "starts every layer by it"),
    AzureNeed(AzureOperation.APPEND, Area.UPLOADS, (_PUSH,), "stores the pieces of a layer, 4 MiB each"),
    AzureNeed(AzureOperation.COPY, Area.BLOBS, (_PUSH,), "moves every layer to its place by it"),
    AzureNeed(AzureOperation.DELETE, Area.UPLOADS, (_PUSH,), "removes an upload when its layer has been moved"),
    AzureNeed(AzureOperation.DELETE, Area.LINKS, (_DELETE, _GC), "removes tags and manifests"),
    AzureNeed(AzureOperation.DELETE, Area.BLOBS, (_GC,), "frees the space of what nothing refers to"),
)
"""Every call of the drivers, reads first; the three lines of registry software make the same."""


def granting(permissions: Iterable[str]) -> list[dict[str, Any]]:
    """What a role has to be given for these permissions; nothing for none. DELEGATE is no data action, the rest are."""
    named = dict.fromkeys(permissions)
    data = [one for one in named if one != DELEGATE]
    granted: dict[str, Any] = {"Actions": [DELEGATE]} if DELEGATE in named else {}
    if data:
        granted["DataActions"] = data
    return [granted] if granted else []


def minimal_role() -> dict[str, Any]:
    """The whole role that a registry needs, as `az role definition create` takes it, less its AssignableScopes.

    Microsoft's own role "Storage Blob Data Contributor" grants it all.
    """
    return {
        "Name": "Container registry storage",
        "IsCustom": True,
        "Description": "What a container registry does in its blob container",
        "Actions": [DELEGATE],
        "DataActions": [READ, WRITE, DELETE],
    }
