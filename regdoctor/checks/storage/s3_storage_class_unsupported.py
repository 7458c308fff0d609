"""S3-32: the store does not know the storage class that the registry asks for."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies import change

_CODES = ("InvalidStorageClass", "InvalidStorageClassError")


@check(
    title="The object store knows the storage class that the registry asks for",
    severity=Severity.CRITICAL,
    failure_modes=("S3-32",),
    symptoms=("InvalidStorageClass", "The storage class you specified is not valid"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_storage_class_unsupported(writes: S3Writes, config: RegistryConfig) -> Outcome:
    """The registry asks for a storage class with each object: STANDARD, unless storageclass says another.

    Stores other than Amazon's know few classes or none, and answer 400 `InvalidStorageClass`: every push fails, while
    pulls and the health check are fine.

    Set storageclass to NONE, with which the registry sends no class at all and the store takes its own.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    tried = writes.of(Operation.PUT, Operation.START_UPLOAD, Operation.COPY)
    refused = [call for call in tried if call.code in _CODES]
    if not refused:
        failed = next((call for call in tried if not call.done), None)
        return Unknown(f"the store refuses it otherwise: {failed.quote().quote}") if failed else Pass("it knows it")
    s3 = s3_parameters(config)
    if s3 is None:
        return Unknown("the configuration that names the bucket is not known")
    now, setting = s3.value("storageclass"), s3.setting("storageclass")
    return Fail(
        f"{writes.endpoint.url} does not know the storage class {s3.text('storageclass') or 'STANDARD'}: every push "
        "fails",
        evidence=(*writes.evidence(*refused), *((now.quote(),) if now else ())),
        resource=setting,
        remedy=change(setting, "NONE", "Send no storage class; the store then takes its own.", now=now),
    )
