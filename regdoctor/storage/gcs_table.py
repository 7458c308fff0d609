"""The permission table of a bucket of Google Cloud Storage, from the store's own test of permissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regdoctor.distribution.gcs_operations import BY_LINK, BY_SERVICE, NEEDS, PERMISSIONS, ROLE, GcsNeed
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.product import Product
from regdoctor.storage.permission_table import Allowed, PermissionTable, TableRow

_UNCLEAR = (
    "The bucket's own test denies what nothing else does: a role may be granted on the registry's keys only (an IAM "
    "condition), which that test does not see. A push with --allow-writes tells it."
)
_TOLD_BY_STORE = "Google's test of permissions tells what may be written, too: nothing has to be written for it."
_NO_LINKS = "Without a private key in storage.gcs the driver signs no links: the registry passes layers through itself."
_NOT_SIGNED = "not asked for: it would be a signature"


def gcs_table(evidence: Mapping[type, Any]) -> PermissionTable:
    """The table; the evidence holds a GcsAccess, and a Product or Absent in its place."""
    access: GcsAccess = evidence[GcsAccess]
    product = evidence.get(Product)
    known = product if isinstance(product, Product) else Product(None)
    member = f"serviceAccount:{access.email}" if access.email else "the registry's identity"
    missing = sorted(access.missing)
    return PermissionTable(
        driver="gcs",
        url=access.bucket_url,
        bucket=access.bucket,
        rootdirectory=access.root,
        product=known.words(),
        identity=access.key.named_by,
        rows=(*(_row(need, access) for need in NEEDS), *_links(access)),
        missing=[{"member": member, "permissions": missing}] if missing else [],
        policy={"bindings": [{"role": ROLE, "members": [member]}], "permissions": list(PERMISSIONS)},
        granted_by="role",
        unusable=access.unusable,
        notes=tuple(_notes(access)),
    )


def _notes(access: GcsAccess) -> Iterator[str]:
    yield _UNCLEAR if access.unclear else _TOLD_BY_STORE
    if not access.signs and access.generation in (Generation.DISTRIBUTION_2, Generation.GITLAB):
        yield _NO_LINKS


def _links(access: GcsAccess) -> Iterator[TableRow]:
    """What becomes of the links that clients are sent to."""
    if access.signs:
        for need, answer in zip(BY_LINK, (access.signed_head, access.signed_get), strict=True):
            yield _link(need, answer, access)
    elif access.generation is Generation.DISTRIBUTION_3:
        yield _told(BY_SERVICE, Allowed.NOT_TRIED, _NOT_SIGNED)


def _link(need: GcsNeed, answer: Exchange | None, access: GcsAccess) -> TableRow:
    if access.unusable:
        return _told(need, Allowed.UNKNOWN, access.unusable)
    if answer is None:
        return _told(need, Allowed.NOT_TRIED, "nothing is stored there yet")
    if answer.ok:
        return _told(need, Allowed.YES, status=answer.status)
    said = answer.failure.message if answer.failure is not None else f"a client is answered {answer.status}"
    allowed = Allowed.NO if answer.status == 403 else Allowed.UNKNOWN
    return _told(need, allowed, said, status=answer.status)


def _row(need: GcsNeed, access: GcsAccess) -> TableRow:
    lacking = [one for one in need.permissions if one in access.missing]
    allowed, reason = Allowed.YES, ""
    if access.unusable:
        allowed, reason = Allowed.UNKNOWN, access.unusable
    elif lacking:
        allowed, reason = Allowed.NO, f"it takes {' and '.join(lacking)}"
    elif access.unclear & set(need.permissions):
        allowed, reason = Allowed.UNKNOWN, "the bucket's test denies it; it may be granted on the registry's keys only"
    status = access.tested.status if access.tested is not None else None
    return _told(need, allowed, reason, status=status)


def _told(need: GcsNeed, allowed: Allowed, reason: str = "", *, status: int | None = None) -> TableRow:
    return TableRow(
        call=need.call,
        area="",
        allowed=allowed,
        breaks=tuple(use.value for use in need.uses),
        grants=need.permissions,
        why=f"The registry {need.why}.",
        reason=reason,
        shown="objects.insert, replacing" if need.call.endswith("another") else "",
        status=status,
    )
