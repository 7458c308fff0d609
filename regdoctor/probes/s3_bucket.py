"""Looks, without writing, at how the registry's bucket is set up and at what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_bucket import BucketSettings, Kept, StoreAnswer, Untold, kind_of
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.evidence.served_tls import Distrust
from regdoctor.foreign_text import short
from regdoctor.formats import s3_documents as documents
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.xml_tree import NotXmlError, parse_xml
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.bucket import Bucket, Listing, registry_bucket, require_live
from regdoctor.probes.bucket_settings import ask, head_bucket, told
from regdoctor.transport.chain_verification import distrust_of
from regdoctor.transport.tls_look import look_at_tls

_DEADLINE = 3.0
"""Seconds for each call."""
_CALLS = 20
_AT_ONCE = 3
"""Calls that are made side by side; stores of one's own are small."""
_SETTINGS = (
    ("GetBucketVersioning", "versioning"),
    ("GetBucketLifecycleConfiguration", "lifecycle"),
    ("GetObjectLockConfiguration", "object-lock"),
    ("GetBucketOwnershipControls", "ownershipControls"),
    ("GetBucketEncryption", "encryption"),
)
"""Each call with the sub-resource that it asks for."""
_MOST_FOLDERS = 6
"""How many folders of the bucket are looked into for a registry, where none is in its place."""


@probe(
    reads="with the registry's S3 credentials: HEAD of the bucket, its versioning, lifecycle, object lock, "
    "ownership and encryption, a listing of its repositories/, and where that is empty, listings of one key in other "
    "folders",
    limit=_CALLS * _DEADLINE,
    network=True,
)
def s3_bucket(
    installation: Installation, config: RegistryConfig, identity: S3Identity | Absent, door: Http
) -> BucketSettings:
    """What the bucket says of itself. Raises what `require_live` and `registry_bucket` raise."""
    require_live(installation)
    bucket = registry_bucket(config, door, _DEADLINE, identity)
    first = head_bucket(bucket)
    named_by = _bucket_setting(config, bucket)
    server = first.exchange.header("Server") or ""
    kind = kind_of(bucket.endpoint.url, server)
    if first.exchange.failure is not None:
        return BucketSettings(bucket.endpoint, named_by, (first,), kind, distrust=_distrust(bucket, first, door))
    listing = bucket.list(bucket.endpoint.registry_prefix, limit=1)
    answers = (first, StoreAnswer("ListObjects", listing.exchange))
    if not listing.listed:
        # The other calls would say the same.
        return BucketSettings(bucket.endpoint, named_by, answers, kind)
    return _settings(bucket, named_by, answers, listing)


def _settings(bucket: Bucket, named_by: Quote, answers: tuple[StoreAnswer, ...], listing: Listing) -> BucketSettings:
    repositories = f"{bucket.endpoint.registry_prefix}repositories/"
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="s3 bucket") as pool:
        inside = pool.submit(bucket.list, repositories, 1000)
        told_by = list(pool.map(lambda one: ask(bucket, *one), _SETTINGS))
    versioning, lifecycle, lock, ownership, encryption = told_by
    kept = inside.result()
    server = answers[0].exchange.header("Server") or ""
    return BucketSettings(
        endpoint=bucket.endpoint,
        named_by=named_by,
        answers=(*answers, *told_by),
        kind=kind_of(bucket.endpoint.url, server),
        versioning=told(versioning, documents.read_versioning),
        lifecycle=told(lifecycle, documents.read_lifecycle, "NoSuchLifecycleConfiguration", ()),
        lock=told(lock, documents.read_lock, "ObjectLockConfigurationNotFoundError", documents.ObjectLock(False)),
        ownership=told(ownership, documents.read_ownership, "OwnershipControlsNotFoundError", ""),
        encryption=told(
            encryption, documents.read_encryption, "ServerSideEncryptionConfigurationNotFoundError", ("", "")
        ),
        inside=_kept(kept, repositories),
        any_inside=bool(listing.keys) if not listing.exchange.truncated else None,
        elsewhere=tuple(_elsewhere(bucket)) if not listing.keys and not listing.exchange.truncated else (),
    )


def _kept(listing: Listing, prefix: str) -> Kept | Untold:
    quote_of = listing.exchange.quote()
    if not listing.listed:
        return Untold(f"not listed: {quote_of.quote}")
    return Kept(prefix, listing.keys, not listing.more, quote_of)


def _elsewhere(bucket: Bucket) -> Iterator[Kept]:
    """Where else in the bucket a registry has stored: at its root, with a leading slash, in one of its folders."""
    own = bucket.endpoint.registry_prefix
    folders = dict.fromkeys(("", "/", f"/{bucket.endpoint.root}", *_folders(bucket)))
    for folder in folders:
        prefix = f"{folder}docker/registry/v2/"
        if prefix == own:
            continue
        listing = bucket.list(prefix, limit=1)
        if not listing.listed:
            return  # it says no more
        # A store that answers every prefix with the same page shows keys that do not begin so.
        if listing.keys and listing.keys[0].startswith(prefix):
            yield Kept(prefix, listing.keys, not listing.more, listing.exchange.quote())


def _folders(bucket: Bucket) -> tuple[str, ...]:
    """The first folders at the bucket's root."""
    answer = ask(bucket, "ListObjects", f"delimiter={quote('/', safe='')}&max-keys=100")
    try:
        root = parse_xml(answer.exchange.body)
    except NotXmlError:
        return ()
    return tuple(one.said("Prefix") for one in root.all("CommonPrefixes") if one.said("Prefix"))[:_MOST_FOLDERS]


def _bucket_setting(config: RegistryConfig, bucket: Bucket) -> Quote:
    driver = config.storage_driver()
    setting = config.at("storage", driver[0], "bucket") if driver is not None else None
    return setting.quote() if setting is not None else Quote(config.source, f"bucket: {short(bucket.endpoint.bucket)}")


def _distrust(bucket: Bucket, first: StoreAnswer, door: Http) -> Distrust | None:
    """Why the certificate was not accepted, where that was the failure: a second look, without credentials."""
    failure = first.exchange.failure
    if failure is None or failure.kind is not FailureKind.TLS or failure.not_tls:
        return None
    parts = urlsplit(bucket.endpoint.bucket_url)
    seen = look_at_tls(parts.hostname or "", parts.port or 443, _DEADLINE)
    return distrust_of(seen.chain, door.trust) if seen.chain else None
