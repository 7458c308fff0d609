"""The permission matrix: each call that the registry makes of its bucket, whether it is allowed, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_needs import needs
from regdoctor.distribution.s3_operations import (
    BUCKET_ACTIONS,
    Area,
    Need,
    Operation,
    action_of,
    key_statement,
    minimal_policy,
    registry_folder,
    statements,
)
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.evidence.s3_writes import S3Writes, is_about_key, lacks_permission
from regdoctor.storage.permission_table import Allowed, PermissionTable, Result, TableRow

_GUESSED = "no object is there to try, and the store need not tell this identity so"
_NOT_ALLOWED_TO_WRITE = "it writes: --allow-writes"
_NOT_REACHED = "the calls before it did not get that far"
_UNKNOWN_CALLS = ("NotImplemented", "MethodNotAllowed")
_PRESIGNED = {Operation.PRESIGNED_HEAD: Operation.HEAD, Operation.PRESIGNED_GET: Operation.GET}
_SHOWN = {Operation.PRESIGNED_HEAD: "HeadObject, presigned", Operation.PRESIGNED_GET: "GetObject, presigned"}


@dataclass(frozen=True, slots=True)
class Row:
    """One call that the registry makes."""

    need: Need
    allowed: Allowed
    reason: str = ""
    """Why it is not told, or what the store said; empty where there is nothing to add."""
    call: S3Call | None = None
    """The call that tells it; None where none was made."""
    missing: tuple[str, ...] = ()
    """The IAM actions that this call proves to be missing."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All calls of the registry at hand, with what grants them."""

    access: S3Access
    product: str
    """Which registry, in words."""
    rows: tuple[Row, ...]
    writes_tried: bool
    left: str
    """What a trial of writing could not remove; empty for nothing."""
    key: str
    """The KMS key with which the registry encrypts; empty for none."""

    @property
    def result(self) -> Result:
        """What it comes to."""
        return self.table.result

    @property
    def breaks(self) -> tuple[str, ...]:
        """What people cannot do for what is refused."""
        return self.table.breaks

    @property
    def table(self) -> PermissionTable:
        """The same in the shape that all stores share."""
        endpoint = self.access.endpoint
        return PermissionTable(
            driver="s3",
            url=endpoint.bucket_url,
            bucket=endpoint.bucket,
            rootdirectory=endpoint.root,
            product=self.product,
            identity=self.access.access_key_named_by,
            asked_as=self.access.asked_as,
            rows=tuple(_table_row(row) for row in self.rows),
            missing=self.missing,
            policy=self.policy,
            region=endpoint.region,
            key=self.key,
            writes_tried=self.writes_tried,
            left=self.left,
            unusable=self.access.unusable,
        )

    @property
    def missing(self) -> list[dict[str, object]]:
        """The IAM statements that are missing, for what is proved to be, and without which something fails."""
        endpoint = self.access.endpoint
        actions = dict.fromkeys(action for row in self.rows if row.need.uses for action in row.missing)
        of_s3 = [one for one in actions if not one.startswith("kms:")]
        granted = statements(of_s3, endpoint.arn, registry_folder(endpoint.root))
        if any(one.startswith("kms:") for one in actions):
            granted.append(key_statement(self.key, endpoint.arn.split(":")[1]))
        return granted

    @property
    def policy(self) -> dict[str, object]:
        """The whole policy that the registry needs."""
        endpoint = self.access.endpoint
        return minimal_policy(endpoint.arn, endpoint.root, self.key)


def matrix_of(
    access: S3Access, writes: S3Writes | None, generation: Generation | None, product: str, key: str = ""
) -> Matrix:
    """The matrix. writes: the trial of writing, None where there was none; key: that of `keyid`, where it is used."""
    rows = tuple(_row(need, access, writes, key) for need in needs(generation))
    return Matrix(access, product, rows, writes is not None, writes.leftover if writes else "", key)


def _table_row(row: Row) -> TableRow:
    operation, call = row.need.operation, row.call
    actions = action_of(operation)
    return TableRow(
        call=operation.api_name,
        area=row.need.area.value,
        allowed=row.allowed,
        breaks=tuple(use.value for use in row.need.uses),
        grants=actions,
        why=f"The registry {row.need.why}.",
        reason=row.reason,
        shown=_SHOWN.get(operation, ""),
        key=call.key if call else "",
        status=call.exchange.status if call else None,
        code=call.code if call else "",
        # The bucket's own first, then one action before two.
        rank=0 if actions[0] in BUCKET_ACTIONS else len(actions),
    )


def _row(need: Need, access: S3Access, writes: S3Writes | None, key: str) -> Row:
    if not need.operation.writes and need.operation is not Operation.LIST_PARTS:
        return _read(need, access, writes)
    if writes is None:
        return Row(need, Allowed.NOT_TRIED, _NOT_ALLOWED_TO_WRITE)
    if writes.unusable:
        return Row(need, Allowed.UNKNOWN, writes.unusable)
    call = writes.call(need.operation)
    if call is None:
        return Row(need, Allowed.NOT_TRIED, _NOT_REACHED)
    row = _judged(need, call, key)
    if row.allowed is Allowed.YES and need.area != call.area:
        # A policy may differ by prefix, and nothing is written among the registry's own blobs and links.
        return Row(need, Allowed.NOT_TRIED, f"allowed below {_words(call.area)}, the one place where it was tried")
    return row


def _judged(need: Need, call: S3Call, key: str) -> Row:
    """The row of a call that was made as it is, without looking at others."""
    if call.done:
        return Row(need, Allowed.YES, "", call)
    said = _said(call)
    if is_about_key(call):
        actions = ("kms:GenerateDataKey", "kms:Decrypt") if key else ()
        return Row(need, Allowed.NO, f"the encryption key may not be used: {said}", call, actions)
    if lacks_permission(call):
        return Row(need, Allowed.NO, said, call, action_of(need.operation))
    if call.code in _UNKNOWN_CALLS:
        return Row(need, Allowed.NO, f"the store does not know this call: {said}", call)
    if call.exchange.failure is not None:
        return Row(need, Allowed.UNKNOWN, call.exchange.failure.message, call)
    return Row(need, Allowed.UNKNOWN, said, call)


def _read(need: Need, access: S3Access, writes: S3Writes | None) -> Row:
    if access.unusable:
        return Row(need, Allowed.UNKNOWN, access.unusable)
    call = access.call(need.operation, need.area)
    if call is None:
        return Row(need, Allowed.NOT_TRIED, _NOT_REACHED)
    if call.allowed:
        return Row(need, Allowed.YES, "", call)
    tried = _of_trial(need, writes)
    if tried is not None and not call.exists:
        return _judged(need, tried, "")
    if not call.exists and call.refused:
        return Row(need, Allowed.UNKNOWN, _GUESSED, call)
    if need.operation in _PRESIGNED and call.refused:
        return _presigned(need, call, access)
    said = _said(call)
    if access.lacks_permission(call):
        if is_about_key(call):
            return Row(need, Allowed.NO, f"the encryption key may not be used: {said}", call)
        return Row(need, Allowed.NO, said, call, action_of(need.operation) if _by_policy(call, access) else ())
    if call.code in _UNKNOWN_CALLS:
        return Row(need, Allowed.NO, f"the store does not know this call: {said}", call)
    return Row(need, Allowed.UNKNOWN, call.exchange.failure.message if call.exchange.failure else said, call)


def _by_policy(call: S3Call, access: S3Access) -> bool:
    """Whether a policy refuses it: none tells HEAD from GET, so a HEAD alone is refused by something in between."""
    get = access.call(Operation.GET, call.area)
    return call.action != Operation.HEAD or get is None or get.forbidden


def _presigned(need: Need, call: S3Call, access: S3Access) -> Row:
    own = access.call(_PRESIGNED[need.operation], need.area)
    if own is not None and access.lacks_permission(own):
        return Row(need, Allowed.NO, _said(call), call, action_of(need.operation))
    return Row(need, Allowed.NO, f"the link is refused, the identity is not: {_said(call)}", call)


def _of_trial(need: Need, writes: S3Writes | None) -> S3Call | None:
    """What the trial of writing made of the same call, on an object of its own."""
    if writes is None:
        return None
    return next((one for one in writes.calls if (one.action, one.area) == (need.operation, need.area)), None)


def _said(call: S3Call) -> str:
    """The store's answer, and to what: the answer first, and a link without its signature, for texts get cut off."""
    quote = call.quote()
    answer = quote.quote.removeprefix(quote.source).removeprefix(" → ")
    address, mark, _ = quote.source.partition("?")
    asked = f"{address}?…" if mark else address
    return f"{answer}: {asked if call.action in _PRESIGNED else quote.source}"


def _words(area: str) -> str:
    return "repositories/*/_uploads/" if area == Area.UPLOADS else f"{area}/"
