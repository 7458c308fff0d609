"""S3-01, of the GCS driver: the key with which the registry asks Google for tokens."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.host_file import FileState
from regdoctor.foreign_text import short
from regdoctor.remedies import RECONFIGURE


@check(
    title="The key of the registry's Google service account is there and is one",
    severity=Severity.CRITICAL,
    failure_modes=("S3-01",),
    symptoms=(
        "google: read JWT from JSON credentials: 'type' field is",
        "private key should be a PEM or plain PKCS1 or PKCS8",
        "google: could not find default credentials",
        "google: error getting credentials using GOOGLE_APPLICATION_CREDENTIALS environment variable",
    ),
    explains=("registry_unreachable", "debug_server_unreachable", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/storage-drivers/gcs/",
)
def gcs_key_unusable(key: GcsKey) -> Outcome:
    """The registry reads the key of a service account at its start, and asks Google for tokens with it.

    It is the JSON file that storage.gcs.keyfile names, or the same fields under storage.gcs.credentials; where neither
    is there, the file that GOOGLE_APPLICATION_CREDENTIALS of the registry's own environment names. The two settings
    take keys of the type service_account alone, not what `gcloud auth application-default login` keeps
    (`authorized_user`), nor the configuration of a workload identity (`external_account`): those belong into the
    variable. A file that is missing, unreadable or no such key ends the registry at its start; a private key that is
    damaged, mostly by line breaks that were lost in copying, makes every request to the store fail.

    Make a new key for the service account at Google, copy the JSON file as it is, let the registry's user read it, and
    restart the registry.
    """
    if key.state is FileState.NOT_COPIED:
        return Unknown(key.problem)
    if key.source is KeySource.MACHINE:
        return Pass("no key is named: the registry asks the machine's metadata server")
    if not key.unusable:
        return Pass(f"{key.what} is of the type {short(key.key.kind)}")
    if key.state is FileState.UNREADABLE and "permission" in key.problem:
        return Unknown(f"{key.problem}; run as root")
    fault = key.key.fault if key.state is FileState.READABLE else None
    kind = f" ({short(key.key.kind)})" if fault is not None and key.key.kind not in ("", "service_account") else ""
    late = fault is not None and not fault.at_start and key.source.is_setting
    effect = "every request to the store fails" if late else "the registry does not start"
    return Fail(
        f"{short(key.unusable)}{kind}: {effect}",
        evidence=(key.named_by,),
        resource=key.what,
        remedy=_remedy(key),
    )


def _remedy(key: GcsKey) -> Remedies:
    if key.source is KeySource.CREDENTIALS:
        text = (
            "Copy all fields of the service account's JSON key below storage.gcs.credentials, the private_key in "
            "quotation marks with its \\n as they are; or name the file by storage.gcs.keyfile instead."
        )
    else:
        text = f"Put the JSON key of a service account in the place of {short(key.what)}, readable to the registry."
    return {
        Dialect.PLAIN: Remedy(f"{text} Then restart the registry."),
        Dialect.OMNIBUS: Remedy(f"{text} Then reconfigure.", (RECONFIGURE,)),
    }
