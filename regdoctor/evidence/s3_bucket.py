"""What the bucket behind the registry says of itself: where it is, how it keeps objects, and what is in it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.served_tls import Distrust
from regdoctor.foreign_text import short
from regdoctor.formats.s3_documents import LifecycleRule, ObjectLock, StoreError, is_document, read_error
from regdoctor.formats.s3_hosts import endpoint_address, is_amazon
from regdoctor.formats.s3_parameters import S3Endpoint


class StoreKind(enum.StrEnum):
    """Whose S3 it is; the value is its name for people."""

    AMAZON = "Amazon S3"
    MINIO = "MinIO"
    CEPH = "Ceph"
    R2 = "Cloudflare R2"
    GOOGLE = "Google Cloud Storage"
    SEAWEEDFS = "SeaweedFS"
    WASABI = "Wasabi"


_BY_SERVER = {
    "amazons3": StoreKind.AMAZON,
    "minio": StoreKind.MINIO,
    "ceph": StoreKind.CEPH,
    "cloudflare": StoreKind.R2,
    "uploadserver": StoreKind.GOOGLE,
    "seaweedfs": StoreKind.SEAWEEDFS,
    "wasabis3": StoreKind.WASABI,
}
"""What each writes into its Server header, in lower case."""
_BY_HOST = {
    "r2.cloudflarestorage.com": StoreKind.R2,
    "storage.googleapis.com": StoreKind.GOOGLE,
    "wasabisys.com": StoreKind.WASABI,
}


def kind_of(url: str, server: str = "") -> StoreKind | None:
    """Whose store it is, by its address and by its Server header; None where neither tells.

    `cloudflare` in the header is R2 only at R2's own address: elsewhere it is a proxy before somebody's store.
    """
    address = endpoint_address(url)
    host = address.host if address is not None else ""
    if is_amazon(host):
        return StoreKind.AMAZON
    by_host = next((kind for domain, kind in _BY_HOST.items() if host.endswith(domain)), None)
    if by_host is not None:
        return by_host
    word = server.strip().lower()
    kind = next((kind for name, kind in _BY_SERVER.items() if word.startswith(name)), None)
    return None if kind is StoreKind.R2 else kind


@dataclass(frozen=True, slots=True)
class Untold:
    """Stands where the store did not tell a setting, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """One answer of the store, with the error that it tells."""

    what: str
    """The call, in words of the S3 API: `GetBucketVersioning`."""
    exchange: Exchange

    @property
    def error(self) -> StoreError | None:
        """The error document that came; None for none, and for HEAD, which has no body."""
        return read_error(self.exchange.body) if (self.exchange.status or 0) >= 300 else None

    @property
    def region(self) -> str:
        """The region that the answer names as the bucket's own; empty where it names none."""
        error = self.error
        header = self.exchange.header("x-amz-bucket-region") or ""
        return short(header or (error.region if error is not None else ""))

    def quote(self) -> Quote:
        """The call as evidence: `GET …?versioning → 403, …, AccessDenied`."""
        error = self.error
        quote = self.exchange.quote(*(("x-amz-bucket-region",) if self.exchange.header("x-amz-bucket-region") else ()))
        said = f", {short(error.code)}: {short(error.message)}" if error is not None else ""
        return Quote(quote.source, f"{quote.quote}{said}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in a bucket, as far as the first page of a listing shows."""

    prefix: str
    keys: tuple[str, ...]
    whole: bool
    """Whether these are all keys with that prefix."""
    quote: Quote


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """The answers of one bucket, by the registry's own credentials; nothing was written."""

    endpoint: S3Endpoint
    named_by: Quote
    """The setting that names the bucket."""
    answers: tuple[StoreAnswer, ...]
    """Every answer, in the order of asking; the first is HeadBucket's, the second ListObjects'."""
    kind: StoreKind | None = None
    versioning: bool | Untold = Untold("it was not asked")
    lifecycle: tuple[LifecycleRule, ...] | Untold = Untold("it was not asked")
    lock: ObjectLock | Untold = Untold("it was not asked")
    ownership: str | Untold = Untold("it was not asked")
    encryption: tuple[str, str] | Untold = Untold("it was not asked")
    """Algorithm and key of the default encryption."""
    inside: Kept | Untold = Untold("it was not asked")
    """What is below `docker/registry/v2/repositories/` of the root directory."""
    any_inside: bool | None = None
    """Whether anything at all is below `docker/registry/v2/` of the root directory; None: not told."""
    elsewhere: tuple[Kept, ...] = ()
    """Other places with a `docker/registry/v2/`; looked for only where nothing is inside."""
    distrust: Distrust | None = None
    """Why the endpoint's certificate is not accepted by the trust of this host; None where it is, and without TLS."""

    def answer(self, what: str) -> StoreAnswer | None:
        """The answer to a call; None where it was not made."""
        return next((answer for answer in self.answers if answer.what == what), None)

    def quote_of(self, what: str) -> tuple[Quote, ...]:
        """The answer to a call, as evidence."""
        answer = self.answer(what)
        return (answer.quote(),) if answer is not None else ()

    def errors(self, *codes: str) -> Iterator[StoreAnswer]:
        """The answers that tell one of these errors."""
        return (answer for answer in self.answers if answer.error is not None and answer.error.code in codes)

    @property
    def listed(self) -> bool:
        """Whether the bucket was listed: that it is there, and that the store is one."""
        listing = self.answer("ListObjects")
        if listing is None or listing.exchange.status != 200 or listing.exchange.truncated:
            return False
        return is_document(listing.exchange.body, "ListBucketResult")

    @property
    def unanswered(self) -> str:
        """Why nothing is known of the bucket; empty where it was listed."""
        if self.listed:
            return ""
        failed = next((one.exchange.failure for one in self.answers if one.exchange.failure is not None), None)
        if failed is not None:
            return f"the object store could not be asked: {failed.message}"
        last = self.answers[-1] if self.answers else None
        return f"the bucket was not listed: {last.quote().quote}" if last is not None else "the bucket was not asked"

    @property
    def rules_for_registry(self) -> tuple[LifecycleRule, ...] | Untold:
        """The lifecycle rules in force for at least some of the registry's objects, which have no tags."""
        if isinstance(self.lifecycle, Untold):
            return self.lifecycle
        ours = self.endpoint.registry_prefix
        return tuple(
            rule
            for rule in self.lifecycle
            if rule.enabled and not rule.by_tag and (ours.startswith(rule.prefix) or rule.prefix.startswith(ours))
        )
