"""Tries, with the registry's own credentials, the calls to its bucket that a pull, a push and a health check need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.distribution.s3_trials import TRIED
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_documents import error_code
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.bucket import Bucket, registry_bucket, require_live

_MADE_UP = "regdoctor-asks-for-what-is-not-there"
_DEADLINE = 4.0
"""Seconds for each of the fourteen calls."""
_READS = 3
"""Calls that `_reads` makes."""
_AT_ONCE = 3
"""Areas that are asked side by side; stores of one's own are small."""


@probe(
    reads="with the registry's S3 credentials: a listing each of the bucket, of blobs/, of repositories/ and of an "
    "upload, then HEAD and GET (one byte) of one object in each; the bucket's location, one running upload; and HEAD "
    "and GET of a blob by a link that is signed with them, as a client asks",
    limit=len(TRIED) * _DEADLINE + 2,
    network=True,
)
def s3_access(
    installation: Installation, config: RegistryConfig, identity: S3Identity | Absent, door: Http
) -> S3Access:
    """What the store answered. Raises what `require_live` and `registry_bucket` raise."""
    require_live(installation)
    bucket = registry_bucket(config, door, _DEADLINE, identity)
    # 2.8's health check lists the root with a limit of one (Stat in registry/storage/driver/s3-aws/s3.go).
    first = _call(Operation.LIST, Area.BUCKET, "", bucket.list(bucket.endpoint.root, limit=1).exchange)
    if first.exchange.failure is not None:
        # It would be the same for every further call, only slower.
        return S3Access(bucket.endpoint, bucket.named_by, (first,), (), bucket.identity)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="s3 access") as pool:
        asked = [pool.submit(ask, bucket) for ask in (_blobs, _links, _uploads)]
    blobs, links, uploads = (one.result() for one in asked)
    calls = [first, *blobs[:_READS], *links]
    further = [] if any(call.exchange.failure for call in calls) else [*uploads, *blobs[_READS:]]
    return S3Access(bucket.endpoint, bucket.named_by, tuple(calls), tuple(further), bucket.identity)


def _blobs(bucket: Bucket) -> list[S3Call]:
    calls = _reads(bucket, Area.BLOBS, f"{bucket.endpoint.registry_prefix}{Area.BLOBS}/", "/data")
    blob = calls[-1]
    if any(call.exchange.failure for call in calls):
        return calls
    for operation, method in ((Operation.PRESIGNED_HEAD, "HEAD"), (Operation.PRESIGNED_GET, "GET")):
        answer = bucket.presigned(method, blob.key)
        calls.append(_call(operation, Area.BLOBS, blob.key, answer, exists=blob.exists))
    return calls


def _links(bucket: Bucket) -> list[S3Call]:
    return _reads(bucket, Area.LINKS, f"{bucket.endpoint.registry_prefix}{Area.LINKS}/", "/link")


def _uploads(bucket: Bucket) -> list[S3Call]:
    # As the driver asks, by the key of one upload: some stores grant this call by prefix, too.
    uploads = f"{bucket.endpoint.registry_prefix}{Area.LINKS}/{_MADE_UP}/_uploads/"
    return [
        _call(Operation.LOCATION, Area.BUCKET, "", bucket.location()),
        _call(Operation.LIST_UPLOADS, Area.BUCKET, uploads, bucket.running_uploads(uploads)),
        *_reads(bucket, Area.UPLOADS, uploads, "/startedat"),
    ]


def _reads(bucket: Bucket, area: Area, prefix: str, ending: str) -> list[S3Call]:
    listing = bucket.list(prefix, limit=100)
    keys = [key for key in listing.keys if key.endswith(ending)]
    # A key that is not there answers 404 to one who may read, 403 to one who may not.
    key = keys[0] if keys else f"{prefix}{_MADE_UP}{ending}"
    return [
        _call(Operation.LIST, area, prefix, listing.exchange),
        _call(Operation.HEAD, area, key, bucket.head(key), exists=bool(keys)),
        _call(Operation.GET, area, key, bucket.first_byte(key), exists=bool(keys)),
    ]


def _call(operation: Operation, area: Area, key: str, exchange: Exchange, *, exists: bool = True) -> S3Call:
    code = error_code(exchange.body) if (exchange.status or 0) >= 300 else ""
    return S3Call(operation, area, key, exchange, code, exists)
