"""Tries, with the registry's own credentials, the calls that change its bucket, below a prefix of its own."""

from __future__ import annotations

import time
import uuid

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_bucket import Untold
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_documents import error_code
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import Bucket, registry_bucket, require_live
from regdoctor.probes.bucket_trial import Trial
from regdoctor.probes.bucket_versions import ask_keeping
from regdoctor.probes.bucket_writes import BucketWrites, object_headers
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.s3_leftovers import Leftovers
from regdoctor.probes.trial_prefix import REPOSITORY, object_entry
from regdoctor.probes.uploads import no_ledger
from regdoctor.target import Target

_DEADLINE = 3.0
"""Seconds for each request."""
_CLEANING = 9.0
"""Seconds for what earlier runs left, and the same for what this one did."""
_TRYING = 21.0
"""Seconds for all calls."""


@probe(
    reads="with the registry's S3 credentials: whether the bucket is there, its versioning and its object lock, and "
    "what of these calls it refuses",
    writes="with the registry's S3 credentials, each once, below "
    f"docker/registry/v2/repositories/{REPOSITORY}/_uploads/UUID/ in its bucket: PutObject, HeadObject, GetObject, "
    "CreateMultipartUpload, UploadPart, ListMultipartUploads, ListParts, CompleteMultipartUpload, CopyObject; of a "
    "second upload CreateMultipartUpload, UploadPartCopy and AbortMultipartUpload; DeleteObjects of all four objects, "
    "and where that is refused DeleteObject of each; in a bucket that keeps versions also ListObjectVersions and "
    "DeleteObject of its own versions and delete markers, which stay where the identity lacks s3:DeleteObjectVersion; "
    "nothing where object lock retains new objects, and where it is not told whether it does, one object first, and no "
    "more where its version cannot be removed; removes likewise what a run left that was killed; keeps a list of what "
    "is to be removed in XDG_STATE_HOME/regdoctor",
    limit=2 * _CLEANING + _TRYING + 7 * _DEADLINE,
    network=True,
)
def s3_writes(
    target: Target, installation: Installation, config: RegistryConfig, identity: S3Identity | Absent, door: Http
) -> S3Writes:
    """What the store answered. Raises NotApplicableError without --allow-writes, and what `registry_bucket` raises.

    Raises CouldNotGatherError where there is no bucket, where object lock would keep what is written, where nothing
    could be noted down that a killed run leaves behind, or where what answers does not give back what was put into it.
    """
    if not target.allow_writes:
        raise NotApplicableError("trying to write into the bucket writes: not tried without --allow-writes")
    require_live(installation)
    bucket, parameters = registry_bucket(config, door, _DEADLINE, identity), s3_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in S3")
    _require_bucket(bucket)
    writes = BucketWrites(bucket, object_headers(parameters))
    try:
        ledger = Ledger()
        ledger.prepare()
        return try_writes(writes, ledger)
    except OSError as error:
        raise no_ledger(error) from error


def _require_bucket(bucket: Bucket) -> None:
    """Raise CouldNotGatherError where nothing answers or there is none: SeaweedFS makes one with the first object."""
    listing = bucket.list(bucket.endpoint.registry_prefix, limit=1)
    if listing.exchange.failure is not None:
        # It would be the same for every further call, only slower.
        raise CouldNotGatherError(f"the object store could not be asked: {listing.exchange.failure.message}")
    if error_code(listing.exchange.body) == "NoSuchBucket":
        raise CouldNotGatherError(f"there is no bucket {short(bucket.endpoint.bucket)!r} to write into")


def try_writes(writes: BucketWrites, ledger: Ledger) -> S3Writes:
    """Clean up after earlier runs, try each call, and remove it all. Raises as the probe does, and OSError."""
    keeping = ask_keeping(writes.bucket)
    leftovers = Leftovers(writes, ledger, None if isinstance(keeping.versions, Untold) else keeping.versions)
    leftovers.clean_up(time.monotonic() + _CLEANING)
    endpoint = writes.bucket.endpoint
    keeping.require_no_retention(endpoint.bucket)
    prefix = f"{endpoint.registry_prefix}repositories/{REPOSITORY}/_uploads/{uuid.uuid4()}/"
    trial = Trial(writes, ledger, prefix, time.monotonic() + _TRYING, keeping)
    trial.note(object_entry(leftovers.address, prefix))
    try:
        trial.run()
    finally:
        problems = trial.remove(leftovers)
    if trial.impostor:
        raise CouldNotGatherError(f"what answers as the object store at {endpoint.url} does not keep what is put there")
    said = [*([trial.stopped] if trial.stopped else []), *(problems or trial.kept)]
    return S3Writes(endpoint, tuple(trial.calls), not problems, "; ".join(said), writes.bucket.named_by)
