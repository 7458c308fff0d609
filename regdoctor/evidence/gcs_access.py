"""What the registry's own identity may do in its bucket of Google Cloud Storage, as the store itself tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regdoctor.check import Quote
from regdoctor.distribution.gcs_operations import GET, LIST, PERMISSIONS
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey
from regdoctor.foreign_text import short
from regdoctor.formats.gcs_bucket import GcsBucket, read_gcs_bucket

_TESTED = "storage#testIamPermissionsResponse"
_NO_SUCH_OBJECT = "No such object: "
"""The whole of Google's answer to alt=media, where JSON is the form of its other errors."""


@dataclass(frozen=True, slots=True)
class GcsAccess:
    """The answers of one bucket; nothing was written."""

    url: str
    """Of the service: scheme, host and port."""
    bucket: str
    root: str
    """The key prefix that `rootdirectory` makes: empty, or ending in a slash."""
    named_by: Quote
    """The setting that names the bucket."""
    key: GcsKey
    token: Exchange
    """What answered to the request for a token; the token itself is left out."""
    tested: Exchange | None = None
    """buckets.testIamPermissions; None where there was no token to ask it with."""
    listing: Exchange | None = None
    """objects.list of the registry's own keys, at most one."""
    reading: Exchange | None = None
    """objects.get, the first byte of one."""
    made_up: bool = False
    """Whether that one is of a name that nobody has, since nothing was listed."""
    tested_object: Exchange | None = None
    """objects.testIamPermissions of that one; None where it is made up. Buckets with uniform access refuse it."""
    signed_head: Exchange | None = None
    signed_get: Exchange | None = None
    """That one by a link as the driver signs it, without a token; None where it signs none with a key."""
    generation: Generation | None = None
    """Of the registry, where it is known."""
    settings: Exchange | None = None
    """buckets.get."""
    email: str = ""
    """Of the service account; empty where it is not known."""

    @property
    def bucket_url(self) -> str:
        """The bucket's own address in the JSON API."""
        return f"{self.url}/storage/v1/b/{self.bucket}"

    @property
    def prefix(self) -> str:
        """The key prefix of everything that a registry keeps."""
        return f"{self.root}docker/registry/v2/"

    @property
    def held(self) -> frozenset[str] | None:
        """The permissions that the identity is known to have; None where the store did not tell.

        What a call proves counts as well as what the bucket's test says: a role that is granted on some keys only (an
        IAM condition) does not show in that test.
        """
        told = _told(self.tested)
        return told | (_told(self.tested_object) or frozenset()) | self._proved if told is not None else None

    @property
    def _proved(self) -> frozenset[str]:
        found = {LIST} if self.listing is not None and self.listing.ok else set()
        if self.reading is not None and (self.reading.ok or (self.made_up and _is_not_found(self.reading))):
            found.add(GET)
        return frozenset(found)

    @property
    def missing(self) -> frozenset[str]:
        """Of the permissions that the registry needs, those that it has not; none where the store did not tell.

        The bucket's test alone denies nothing, since it does not see conditions. A call that is refused does, and so
        does the test of one of the registry's own objects.
        """
        held = self.held
        if held is None:
            return frozenset()
        denied = {LIST} if self.listing is not None and self.listing.status == 403 else set()
        # Who may not list is told 403 of an object that is not there, whatever else it may do.
        if self.reading is not None and self.reading.status == 403 and (LIST in held or not self.made_up):
            denied.add(GET)
        if _told(self.tested_object) is not None:
            denied |= set(PERMISSIONS) - {LIST}
        return frozenset(denied) - held

    @property
    def unclear(self) -> frozenset[str]:
        """Of the permissions that the registry needs, those that the bucket's test denies and nothing else does."""
        held = self.held
        return frozenset(PERMISSIONS) - held - self.missing if held is not None else frozenset()

    @property
    def conditional(self) -> bool:
        """Whether something was allowed that the bucket's own test denies: a role is granted on some keys only."""
        return bool((self.held or frozenset()) - (_told(self.tested) or frozenset()))

    @property
    def signs(self) -> bool:
        """Whether the driver signs links with a private key of its own.

        2.8 and GitLab's take it of their settings alone; Google's library, which distribution 3 asks, also of the file
        that the environment names (BucketHandle.SignedURL).
        """
        named = self.key.source.is_setting or self.generation is Generation.DISTRIBUTION_3
        return named and self.key.key.private_key is not None

    @property
    def is_missing(self) -> bool:
        """Whether the store says that there is no such bucket, in an answer of its own."""
        return self.tested is not None and self.tested.status == 404 and bool(reason(self.tested))

    @property
    def unusable(self) -> str:
        """Why nothing is known of the identity's permissions; empty where it is."""
        if self.held is not None:
            return ""
        last = self.tested if self.tested is not None else self.token
        who = "the object store" if self.tested is not None else "the token endpoint"
        if last.failure is not None:
            return f"{who} could not be asked: {last.failure.message}"
        said = reason(last)
        return f"{who} answers {last.quote().quote}{f' ({said})' if said else ''}"

    @property
    def bucket_settings(self) -> GcsBucket | str:
        """The bucket's settings, or why they are not known."""
        if self.unusable:
            return self.unusable
        answer = self.settings
        if answer is not None and answer.status == 403:
            return "the registry's identity may not read the bucket's settings (storage.buckets.get), nor need it"
        found = read_gcs_bucket(answer.json(), self.prefix) if answer is not None and answer.ok else None
        return found or f"the bucket's settings are not known: {answer.quote().quote if answer else 'not asked'}"


def _told(exchange: Exchange | None) -> frozenset[str] | None:
    """The permissions that an answer to testIamPermissions names; None where it is none. Google omits an empty list."""
    said = exchange.json() if exchange is not None and exchange.ok else None
    if not isinstance(said, dict):
        return None
    listed = said.get("permissions")
    if isinstance(listed, list):
        return frozenset(one for one in listed if isinstance(one, str))
    return frozenset() if said.get("kind") == _TESTED else None


def _is_not_found(exchange: Exchange) -> bool:
    """Whether Google says in its own words that there is no such object: to one who may read (AIP-211)."""
    return exchange.status == 404 and bool(reason(exchange) or exchange.text().startswith(_NO_SUCH_OBJECT))


def reason(exchange: Exchange) -> str:
    """What an error answer of Google's says, in a few words; empty where it is none.

    Of the store {"error": {"code", "message"}}, of a token endpoint {"error", "error_description"} (RFC 6749).
    """
    said: Any = exchange.json()
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, str):
        detail = said.get("error_description")
        return short(f"{error}: {detail}" if isinstance(detail, str) and detail else error)
    message = error.get("message") if isinstance(error, dict) else None
    return short(message) if isinstance(message, str) else ""
