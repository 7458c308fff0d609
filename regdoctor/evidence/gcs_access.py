"""What the registry's own identity may do in its bucket of Google Cloud Storage, as the store itself tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regdoctor.check import Quote
from regdoctor.distribution.gcs_operations import GET, LIST, PERMISSIONS
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey
from regdoctor.foreign_text import short
from regdoctor.formats.gcs_bucket import GcsBucket, read_gcs_bucket

_TESTED = "storage#testIamPermissionsResponse"


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
    """objects.get, the data of one that is not made up; None where nothing was listed."""
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
        """The permissions that the identity has on the bucket; None where the store did not tell.

        What a call proves counts as well: a role that is granted on some keys only (an IAM condition) does not show in
        the test of the bucket.
        """
        told = self._told
        return told | self._proved if told is not None else None

    @property
    def _told(self) -> frozenset[str] | None:
        said = self.tested.json() if self.tested is not None and self.tested.ok else None
        if not isinstance(said, dict):
            return None
        listed = said.get("permissions")
        if isinstance(listed, list):
            return frozenset(one for one in listed if isinstance(one, str))
        return frozenset() if said.get("kind") == _TESTED else None

    @property
    def _proved(self) -> frozenset[str]:
        calls = ((LIST, self.listing), (GET, self.reading))
        return frozenset(name for name, call in calls if call is not None and call.ok)

    @property
    def missing(self) -> frozenset[str]:
        """Of the permissions that the registry needs, those that it has not; none where the store did not tell."""
        held = self.held
        return frozenset(PERMISSIONS) - held if held is not None else frozenset()

    @property
    def conditional(self) -> bool:
        """Whether a call was allowed that the bucket's own test denies: then it says too little of the others."""
        return bool(self._proved - (self._told or frozenset()))

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
