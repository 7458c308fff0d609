"""What the registry's identity may do in its Azure container, as the table that all stores share."""

from __future__ import annotations

from regdoctor.distribution.azure_operations import (
    NEEDS,
    AzureNeed,
    AzureOperation,
    granting,
    minimal_role,
    permission_of,
)
from regdoctor.distribution.registry_uses import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall, AzureWrites
from regdoctor.formats.azure_parameters import AzureIdentity
from regdoctor.storage.permission_table import Allowed, PermissionTable, TableRow

_NOT_ALLOWED_TO_WRITE = "it writes: --allow-writes"
_NOT_REACHED = "the calls before it did not get that far"
_SHOWN = {
    AzureOperation.DELEGATE: "Get Delegation Key",
    AzureOperation.HEAD: "Get Properties",
    AzureOperation.SIGNED_HEAD: "Get Properties by SAS",
    AzureOperation.PUT_APPEND: "Put Blob (append)",
}
_SHORT = {
    "read": "blobs/read",
    "write": "blobs/write",
    "delete": "blobs/delete",
    "action": "generateUserDelegationKey",
}
_NOTE = (
    "The key of a storage account grants all of this; a role is for an identity of Entra ID, at the scope of the "
    "storage account. Microsoft's own role for it is Storage Blob Data Contributor."
)


def table_of(access: AzureAccess, writes: AzureWrites | None, product: str) -> PermissionTable:
    """The table. writes: the trial of writing, None where there was none; product: which registry, in words."""
    by_key = access.identity is AzureIdentity.SHARED_KEY
    needs = (need for need in NEEDS if not (by_key and need.operation is AzureOperation.DELEGATE))
    rows = tuple(_row(need, access, writes) for need in needs)
    # Granted whole: a role has no parts by folder.
    missing = [permission_of(AzureOperation(row.call)) for row in rows if _is_proved(row, access, writes)]
    return PermissionTable(
        driver="azure",
        url=access.container.url,
        bucket=access.container.container,
        rootdirectory=access.container.own_prefix,
        product=product,
        identity=access.named_by,
        rows=rows,
        missing=granting(missing),
        policy=minimal_role(),
        container="container",
        granted_by="role",
        writes_tried=writes is not None,
        left=writes.leftover if writes else "",
        unusable=access.unusable,
        notes=(_NOTE,),
    )


def _is_proved(row: TableRow, access: AzureAccess, writes: AzureWrites | None) -> bool:
    """Whether the store itself says that the permission for a row is missing."""
    every = (*access.calls, *(writes.calls if writes else ()))
    return row.allowed is Allowed.NO and any(call.operation == row.call and call.forbidden for call in every)


def _row(need: AzureNeed, access: AzureAccess, writes: AzureWrites | None) -> TableRow:
    allowed, reason, call = _judged(need, access, writes)
    permission = _SHORT[permission_of(need.operation).rpartition("/")[2]]
    return TableRow(
        call=need.operation.value,
        area=need.area.value,
        allowed=allowed,
        breaks=tuple(use.value for use in need.uses),
        grants=(permission,),
        why=f"The registry {need.why}.",
        reason=reason,
        shown=_SHOWN.get(need.operation, ""),
        key=call.key if call else "",
        status=call.exchange.status if call else None,
        code=call.code if call else "",
        rank=list(_SHORT.values()).index(permission),
    )


def _judged(need: AzureNeed, access: AzureAccess, writes: AzureWrites | None) -> tuple[Allowed, str, AzureCall | None]:
    if access.unusable:
        return Allowed.UNKNOWN, access.unusable, None
    if not need.operation.writes:
        call = access.call(need.operation, need.area)
        return (Allowed.NOT_TRIED, _NOT_REACHED, None) if call is None else _said(call)
    if writes is None:
        return Allowed.NOT_TRIED, _NOT_ALLOWED_TO_WRITE, None
    call = writes.call(need.operation)
    if call is None:
        return Allowed.NOT_TRIED, _NOT_REACHED, None
    allowed, reason, _ = _said(call)
    if allowed is Allowed.YES and need.area is not Area.UPLOADS:
        # A role may have a condition on the blob's path, and nothing is written among the registry's own blobs.
        return Allowed.NOT_TRIED, "allowed below uploads/, the one place where it was tried", None
    return allowed, reason, call


def _said(call: AzureCall) -> tuple[Allowed, str, AzureCall]:
    if call.allowed:
        return Allowed.YES, "", call
    if call.exchange.failure is not None:
        return Allowed.UNKNOWN, call.exchange.failure.message, call
    said = f"{call.exchange.status} {call.code}".rstrip()
    return (Allowed.NO if call.exchange.status in (401, 403) else Allowed.UNKNOWN), said, call
