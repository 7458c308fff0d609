"""Asks the storage as the client does that the registry sends there, and says what the registry's identity may do."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.hop_redirects import go_on, target_of

_KINDS = (HopKind.STORAGE,)


def look_at_storage(
    door: Http,
    blobs: Sequence[Asked],
    s3: S3Access | Absent,
    config: RegistryConfig | Absent,
    deadline: float,
) -> Hop:
    """The hop. blobs: the registry's answers about a blob; each that sends the client on is followed once.

    deadline: seconds for each request. A presigned address keeps its method, and gets no credentials but its own.
    """
    access = s3 if isinstance(s3, S3Access) else None
    asked: list[Asked] = []
    url, refusal = "", ""
    for blob in blobs:
        target = _target(blob)
        if target is None:
            continue
        first = (("Range", "bytes=0-0"),) if blob.exchange.method == "GET" else ()
        exchange = go_on(door, blob.exchange.method, target, blob.exchange, first, deadline, 1 << 16)
        if isinstance(exchange, str):
            refusal = exchange
            break
        asked.append(Asked(Purpose.REDIRECTED, exchange))
        url = url or _address(target)
    if asked or access is not None:
        named = access.endpoint.bucket_url if access is not None else ""
        said_by = access.access_key_named_by if access is not None else Quote(blobs[0].line, "Location")
        return Hop(_KINDS, url or named, said_by, tuple(asked), s3=access)
    if refusal:
        return Hop(_KINDS, not_tried=refusal)
    return _not_tried(blobs, s3, config)


def _not_tried(blobs: Sequence[Asked], s3: S3Access | Absent, config: RegistryConfig | Absent) -> Hop:
    driver = config.storage_driver() if isinstance(config, RegistryConfig) else None
    if driver is not None and driver[0] in ("filesystem", "inmemory"):
        return Hop(_KINDS, not_tried=f"the registry stores in {driver[0]} and hands blobs out itself", applicable=False)
    if any(blob.exchange.status in (200, 206) for blob in blobs):
        return Hop(_KINDS, not_tried="the registry hands blobs out itself: clients do not meet it", applicable=False)
    if isinstance(s3, Absent) and s3.applicable:
        return Hop(_KINDS, not_tried=s3.reason)
    return Hop(_KINDS, not_tried="no blob could be asked for: name an image, and a login where it takes one")


def _target(blob: Asked) -> str | None:
    """Where the answer sends the client, if that is another place than the registry itself."""
    target = target_of(blob.exchange)
    try:
        elsewhere = target is not None and urlsplit(target).netloc != urlsplit(blob.exchange.url).netloc
    except ValueError:
        return None
    return target if elsewhere else None


def _address(target: str) -> str:
    """Scheme and host: what follows is a key and a signature."""
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
