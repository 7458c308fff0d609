"""What the registry's own identity may do in its bucket: each call that was tried, with the store's answer."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.s3_parameters import S3Endpoint

PERMISSION_CODES = ("AccessDenied", "AllAccessDisabled", "AccountProblem")
"""Error codes by which an S3 store says that it knows the caller and refuses the call (S3 API, Error Responses)."""


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
        """Whether the permission is there: the answer came, or the key is simply not there."""
        return self.exchange.status in (200, 206, 404) and self.code != "NoSuchBucket"

    @property
    def refused(self) -> bool:
        """Whether the store refused it, for whatever reason."""
        return self.exchange.status in (401, 403)

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
    def unusable(self) -> str:
        """Why the answers say nothing of permissions (no connection, credentials refused); empty where they do."""
        for call in self.calls:
            if call.exchange.failure is not None:
                return f"the object store could not be asked: {call.exchange.failure.message}"
            if (
                call.code
                and call.exchange.status in (400, 401, 403, 404)
                and call.code
                not in (
                    *PERMISSION_CODES,
                    "NoSuchKey",
                )
            ):
                return f"the object store answers {call.code} to the registry's credentials"
            if call.exchange.status is not None and call.exchange.status >= 500:
                return f"the object store answers {call.exchange.status}"
        return ""
