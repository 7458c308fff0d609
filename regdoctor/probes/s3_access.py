"""Tries, with the registry's own credentials, the calls to its bucket that a pull, a push and a health check need."""

from __future__ import annotations

import re

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import probe
from regdoctor.probes.bucket import Bucket, registry_bucket, require_live

_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,80})</Code>")
_DEADLINE = 4.0
"""Seconds for each of the seven calls."""


@probe(
    reads="with the registry's S3 credentials: a listing each of the bucket, of blobs/ and of repositories/, then HEAD "
    "and GET (one byte) of one object in each",
    limit=7 * _DEADLINE + 2,
    network=True,
)
def s3_access(installation: Installation, config: RegistryConfig, door: Http) -> S3Access:
    """What the store answered. Raises what `require_live` and `registry_bucket` raise."""
    require_live(installation)
    bucket = registry_bucket(config, door, _DEADLINE)
    return S3Access(bucket.endpoint, bucket.key_setting.quote(), tuple(_calls(bucket)))


def _calls(bucket: Bucket) -> list[S3Call]:
    # 2.8's health check lists the root with a limit of one (Stat in registry/storage/driver/s3-aws/s3.go).
    calls = [_call("LIST", "", "", bucket.list(bucket.endpoint.root, limit=1).exchange)]
    if calls[0].exchange.failure is not None:
        return calls  # it would be the same for every further call, only slower
    for area, ending in (("blobs", "/data"), ("repositories", "/link")):
        prefix = f"{bucket.endpoint.registry_prefix}{area}/"
        listing = bucket.list(prefix, limit=100)
        keys = [key for key in listing.keys if key.endswith(ending)]
        # A key that is not there answers 404 to one who may read, 403 to one who may not.
        key = keys[0] if keys else f"{prefix}regdoctor-asks-for-what-is-not-there{ending}"
        calls += [
            _call("LIST", area, prefix, listing.exchange),
            _call("HEAD", area, key, bucket.head(key), exists=bool(keys)),
            _call("GET", area, key, bucket.first_byte(key), exists=bool(keys)),
        ]
    return calls


def _call(action: str, area: str, key: str, exchange: Exchange, *, exists: bool = True) -> S3Call:
    code = _CODE.search(exchange.body) if (exchange.status or 0) >= 300 else None
    return S3Call(action, area, key, exchange, code.group(1).decode() if code else "", exists)
