"""What the registry's own identity may do in its bucket: each call that was tried, with the store's answer."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.s3_documents import is_document
from regdoctor.formats.s3_parameters import S3Endpoint

PERMISSION_CODES = ("AccessDenied",)
"""Codes by which an S3 store says that it knows the caller and does not permit the call (S3 API, Error Responses).

AllAccessDisabled and AccountProblem, also 403, are about the bucket's owner: no policy mends them.
"""
KEY_CODES = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "InvalidTokenId",
    "AccountProblem",
    "NotSignedUp",
    "AllAccessDisabled",
    "UserSuspended",
)
"""Codes by which an S3 store says that it does not accept who asks, or the account behind it, whatever is asked (S3
API, Error Responses; InvalidTokenId is MinIO's, cmd/api-errors.go; UserSuspended Ceph's, src/rgw/rgw_http_errors.h)."""
_ROOTS = {
    Operation.LIST: ("ListBucketResult",),
    Operation.LOCATION: ("LocationConstraint",),
    Operation.LIST_UPLOADS: ("ListMultipartUploadsResult",),
    Operation.COPY: ("CopyObjectResult",),
    Operation.START_UPLOAD: ("InitiateMultipartUploadResult",),
    Operation.COPY_PART: ("CopyPartResult",),
    Operation.LIST_PARTS: ("ListPartsResult", "ListPartsResponse"),
    Operation.COMPLETE: ("CompleteMultipartUploadResult",),
    Operation.DELETE: ("DeleteResult",),
}
"""What the document is called that answers a call (S3 API); ListPartsResponse is what moto makes of it."""
_HEADS = (Operation.HEAD, Operation.PRESIGNED_HEAD)
_READS = (Operation.GET, Operation.PRESIGNED_GET)
_NOT_THERE = ("NoSuchKey", "InvalidRange")
"""Codes that are told only to one who may read: no such object, or an object without the byte that was asked for."""


@dataclass(frozen=True, slots=True)
class S3Call:
    """One request."""

    action: str
    """An Operation."""
    area: str
    """An Area: which part of the registry's keys it is about."""
    key: str
    """The object's key, or the prefix that was listed."""
    exchange: Exchange
    code: str = ""
    """The store's error code, from the XML body (HEAD answers have none)."""
    exists: bool = True
    """False where nothing was found to ask for, so that a key was made up."""

    @property
    def allowed(self) -> bool:
        """Whether the permission is there: the answer came, or it says that the key is simply not there."""
        exchange = self.exchange
        if self.action in _HEADS:
            return exchange.status in (200, 404)
        if self.action in _READS:
            return exchange.status in (200, 206) or self.code in _NOT_THERE
        if self.code:  # also within an answer of status 200, as to a deletion
            return False
        if self.action in _ROOTS:
            whole = exchange.status == 200 and not exchange.truncated
            return whole and is_document(exchange.body, *_ROOTS[Operation(self.action)])
        return exchange.ok

    @property
    def done(self) -> bool:
        """Whether the store did it; a key that is not there is no answer to that, though it may be asked for."""
        return self.exchange.ok and self.allowed

    @property
    def refused(self) -> bool:
        """Whether the store refused it, for whatever reason."""
        return self.exchange.status in (401, 403) or self.forbidden

    @property
    def forbidden(self) -> bool:
        """Whether the store itself says that the permission is missing; never for HEAD, whose answers say nothing.

        DeleteObjects, CopyObject and CompleteMultipartUpload may say so in an answer of status 200 (S3 API).
        """
        return self.exchange.status in (200, 403) and self.code in PERMISSION_CODES

    def quote(self) -> Quote:
        """The call as evidence: `HEAD blobs/… → 403 AccessDenied`."""
        said = f" {self.code}" if self.code else ""
        quote = self.exchange.quote()
        return Quote(quote.source, f"{quote.quote}{said}")


@dataclass(frozen=True, slots=True)
class S3Access:
    """The calls that were tried, with the credentials of the registry's configuration."""

    endpoint: S3Endpoint
    access_key_named_by: Quote
    calls: tuple[S3Call, ...]
    """The listings of the bucket, of blobs and of repositories, and HEAD and GET of one object in each."""
    further: tuple[S3Call, ...] = ()
    """What a refusal of proves less: the bucket's location, its running uploads, the keys of uploads, which are made up
    where none runs, and presigned requests, as a client makes them."""
    asked_as: str = ""
    """By which of the registry's own ways its identity was found: `the role registry, by IMDSv2`."""

    def call(self, action: str, area: str) -> S3Call | None:
        """The call of an action in an area; None where it was not tried."""
        every = (*self.calls, *self.further)
        return next((call for call in every if (call.action, call.area) == (action, area)), None)

    @property
    def forbidden(self) -> tuple[S3Call, ...]:
        """The calls for which the identity lacks the permission; calls that may be refused for another reason are not.

        A refused HEAD counts by what GET of the same object says. A key that is not there tells nothing of reading: S3
        answers 403 for it to one who may not list (S3 API, GetObject), Ceph also where listing is granted by prefix.
        The location is left out, for which no registry asks, and presigned requests, which are as good as the others.
        """
        asked = (Operation.LIST, Operation.LIST_UPLOADS, Operation.HEAD, Operation.GET)
        every = (call for call in (*self.calls, *self.further) if call.action in asked)
        return tuple(call for call in every if self.lacks_permission(call))

    def lacks_permission(self, call: S3Call) -> bool:
        """Whether this call proves that the identity lacks the permission for it."""
        if not call.exists:
            return False
        if call.action in _HEADS and call.refused:
            get = self.call(Operation.GET if call.action == Operation.HEAD else Operation.PRESIGNED_GET, call.area)
            return get is not None and (get.forbidden or get.allowed)
        return call.forbidden

    @property
    def presigned(self) -> tuple[S3Call, ...]:
        """The presigned requests, without credentials of the client's own."""
        every = (self.call(action, Area.BLOBS) for action in (Operation.PRESIGNED_HEAD, Operation.PRESIGNED_GET))
        return tuple(call for call in every if call is not None)

    @property
    def unusable(self) -> str:
        """Why the answers say nothing of permissions (no connection, credentials refused); empty where they do."""
        return next((reason for call in self.calls if (reason := _unusable(call))), "")


def _unusable(call: S3Call) -> str:
    exchange = call.exchange
    if exchange.failure is not None:
        return f"the object store could not be asked: {exchange.failure.message}"
    if call.code in KEY_CODES:
        return f"the store refuses the registry's keys: {exchange.status} {call.code}"
    if call.code and call.code not in (*PERMISSION_CODES, *_NOT_THERE):
        return f"the object store answers {exchange.status} {call.code} to the registry's credentials"
    if not (call.allowed or call.refused):
        return f"what answers as the object store is not understood: {call.quote().quote}"
    return ""
