"""What the registry's own identity may do in its bucket: each call that was tried, with the store's answer."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.s3_parameters import S3Endpoint

PERMISSION_CODES = ("AccessDenied",)
"""Codes by which an S3 store says that it knows the caller and does not permit the call (S3 API, Error Responses).

AllAccessDisabled and AccountProblem, also 403, are about the bucket's owner: no policy mends them.
"""
_NOT_THERE = ("NoSuchKey", "InvalidRange")
"""Codes that are told only to one who may read: no such object, or an object without the byte that was asked for."""


@dataclass(frozen=True, slots=True)
class S3Call:
    """One request."""

    action: str
    """`HEAD` or `GET` of an object, or `LIST`."""
    area: str
    """Which part of the registry's keys: `blobs`, `repositories`, or empty for the whole bucket."""
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
        if self.action == "LIST":
            # A page that somebody else answers with 200 to everything is no listing.
            return exchange.status == 200 and b"ListBucketResult" in exchange.body
        if self.action == "HEAD":
            return exchange.status in (200, 404)
        return exchange.status in (200, 206) or self.code in _NOT_THERE

    @property
    def refused(self) -> bool:
        """Whether the store refused it, for whatever reason."""
        return self.exchange.status in (401, 403)

    @property
    def forbidden(self) -> bool:
        """Whether the store itself says that the permission is missing; never for HEAD, whose answers say nothing."""
        return self.exchange.status == 403 and self.code in PERMISSION_CODES

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

    def call(self, action: str, area: str) -> S3Call | None:
        """The call of an action in an area; None where it was not tried."""
        return next((call for call in self.calls if (call.action, call.area) == (action, area)), None)

    @property
    def forbidden(self) -> tuple[S3Call, ...]:
        """The calls for which the identity lacks the permission; calls that may be refused for another reason are not.

        A refused HEAD counts by what GET of the same object says. A key that is not there tells nothing of reading: S3
        answers 403 for it to one who may not list (S3 API, GetObject), Ceph also where listing is granted by prefix.
        """
        return tuple(call for call in self.calls if self._lacks_permission(call))

    def _lacks_permission(self, call: S3Call) -> bool:
        if call.action == "LIST":
            return call.forbidden
        if not call.exists:
            return False
        get = self.call("GET", call.area)
        if call.action == "HEAD" and call.refused:
            return get is not None and (get.forbidden or get.allowed)
        return call.forbidden

    @property
    def unusable(self) -> str:
        """Why the answers say nothing of permissions (no connection, credentials refused); empty where they do."""
        return next((reason for call in self.calls if (reason := _unusable(call))), "")


def _unusable(call: S3Call) -> str:
    exchange = call.exchange
    if exchange.failure is not None:
        return f"the object store could not be asked: {exchange.failure.message}"
    if call.code and call.code not in (*PERMISSION_CODES, *_NOT_THERE):
        return f"the object store answers {exchange.status} {call.code} to the registry's credentials"
    if not (call.allowed or call.refused):
        return f"what answers as the object store is not understood: {call.quote().quote}"
    return ""
