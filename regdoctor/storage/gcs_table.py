"""The permission table of a bucket of Google Cloud Storage, from the store's own test of permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regdoctor.distribution.gcs_operations import NEEDS, PERMISSIONS, ROLE, GcsNeed
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.product import Product
from regdoctor.storage.permission_table import Allowed, PermissionTable, TableRow

_CONDITIONAL = (
    "The bucket's own test denies what a call was allowed: a role is granted on some keys only (an IAM condition). "
    "What such a role allows beyond reading cannot be told without writing."
)
_TOLD_BY_STORE = "Google's test of permissions tells what may be written, too: nothing has to be written for it."


def gcs_table(evidence: Mapping[type, Any]) -> PermissionTable:
    """The table; the evidence holds a GcsAccess, and a Product or Absent in its place."""
    access: GcsAccess = evidence[GcsAccess]
    product = evidence.get(Product)
    known = product if isinstance(product, Product) else Product(None)
    member = f"serviceAccount:{access.email}" if access.email else "the registry's identity"
    missing = sorted(access.missing) if not access.conditional else []
    return PermissionTable(
        driver="gcs",
        url=access.bucket_url,
        bucket=access.bucket,
        rootdirectory=access.root,
        product=known.words(),
        identity=access.key.named_by,
        rows=tuple(_row(need, access) for need in NEEDS),
        missing=[{"member": member, "permissions": missing}] if missing else [],
        policy={"bindings": [{"role": ROLE, "members": [member]}], "permissions": list(PERMISSIONS)},
        granted_by="role",
        unusable=access.unusable,
        notes=(_CONDITIONAL if access.conditional else _TOLD_BY_STORE,),
    )


def _row(need: GcsNeed, access: GcsAccess) -> TableRow:
    lacking = [one for one in need.permissions if one in access.missing]
    allowed, reason = Allowed.YES, ""
    if access.unusable:
        allowed, reason = Allowed.UNKNOWN, access.unusable
    elif lacking and access.conditional:
        allowed, reason = Allowed.UNKNOWN, "it may be granted on some keys only"
    elif lacking:
        allowed, reason = Allowed.NO, f"the bucket's test of permissions does not name {' and '.join(lacking)}"
    return TableRow(
        call=need.call,
        area="",
        allowed=allowed,
        breaks=tuple(use.value for use in need.uses),
        grants=need.permissions,
        why=f"The registry {need.why}.",
        reason=reason,
        shown="objects.insert, replacing" if need.call.endswith("another") else "",
        status=access.tested.status if access.tested is not None else None,
    )
