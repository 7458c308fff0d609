"""S3-26, S3-27: the store does uploads in parts another way than the registry, or not at all."""

from __future__ import annotations

from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change

_OPERATIONS = (
    Operation.START_UPLOAD,
    Operation.PUT_PART,
    Operation.LIST_UPLOADS,
    Operation.LIST_PARTS,
    Operation.COMPLETE,
    Operation.COPY_PART,
    Operation.ABORT,
)
_NOT_MADE = ("NotImplemented", "MethodNotAllowed")
_LARGE = 104_857_600
"""Bytes: what balena's registry took for R2 (balena-io/open-balena-registry#251)."""
_LARGEST_COPY = 5 << 30
"""Bytes of one CopyObject, at most (Amazon S3, CopyObject)."""


@check(
    title="The object store does uploads in parts as the registry does",
    severity=Severity.ERROR,
    failure_modes=("S3-26", "S3-27"),
    symptoms=(
        "InvalidPart: There was a problem with the multipart upload",
        "All non-trailing parts must have the same length",
        "NotImplemented",
    ),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_part_incompatible(writes: S3Writes, config: RegistryConfig) -> Outcome:
    """Not every store that speaks S3 has all calls of uploads in parts, which the registry uses for each layer.

    Without ListMultipartUploads (501 NotImplemented; Google's interoperability interface lacked it) a layer cannot be
    continued, without UploadPartCopy one above multipartcopythresholdsize cannot be moved to its place. Cloudflare's R2
    wants all parts but the last of the same length, and answers `InvalidPart` where they are not: registries before 3
    send parts of chunksize or more.

    Use the driver that the store has of its own (gcs for Google). Set multipartcopythresholdsize to 5 GiB where only
    copies in parts are missing, and chunksize above the largest layer where parts must have one length.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    put = writes.call(Operation.PUT)
    if put is not None and put.exchange.status in (405, 501):
        return Unknown(f"the store refuses whole objects in the same way: {put.quote().quote}")
    tried = writes.of(*_OPERATIONS)
    refused = [
        call for call in tried if call.exchange.status in (405, 501) and (not call.code or call.code in _NOT_MADE)
    ]
    invalid = [call for call in tried if call.code == "InvalidPart"]
    if not refused and not invalid:
        failed = next((call for call in tried if not call.done), None)
        if failed is not None:
            return Unknown(f"the store refuses it otherwise: {failed.quote().quote}")
        return Pass("every call of uploads in parts is answered") if tried else Unknown("no such upload was tried")
    s3 = s3_parameters(config)
    if s3 is None:
        return Unknown("the configuration that names the bucket is not known")
    return _fail(writes, s3, refused or invalid, missing=bool(refused))


def _fail(writes: S3Writes, s3: S3Parameters, calls: list[S3Call], *, missing: bool) -> Fail:
    names = ", ".join(Operation(call.action).api_name for call in calls)
    host = urlsplit(writes.endpoint.url).netloc
    only_copies = all(call.action == Operation.COPY_PART for call in calls)
    effect = "layers above multipartcopythresholdsize cannot be pushed" if only_copies else "pushes fail"
    return Fail(
        f"{host} {'does not have' if missing else 'refuses the parts at'} {names}: {effect}",
        evidence=writes.evidence(*calls),
        resource=host,
        failure_modes=("S3-27",) if missing else ("S3-26",),
        remedy=_remedy(s3, host, only_copies=only_copies, missing=missing),
    )


def _remedy(s3: S3Parameters, host: str, *, only_copies: bool, missing: bool) -> Remedies:
    if only_copies and missing:
        setting = s3.setting("multipartcopythresholdsize")
        why = "Let layers up to 5 GiB be copied in one piece."
        return change(setting, _LARGEST_COPY, why, now=s3.value("multipartcopythresholdsize"))
    if not missing:
        why = "Make parts larger than the largest layer; this is 100 MiB, and each running upload holds one in memory."
        return change(s3.setting("chunksize"), _LARGE, why, now=s3.value("chunksize"))
    if host.endswith("storage.googleapis.com"):
        return {
            Dialect.PLAIN: Remedy("Use the registry's gcs driver for this bucket, with a service account's key file.")
        }
    return {
        Dialect.PLAIN: Remedy(
            "Update the object store to a version that has these calls, use the registry's own driver for it, or allow "
            "the calls in the proxy that stands in front of it."
        )
    }
