"""S3-04, S3-05: the registry's own call of its storage fails, and clients are told of no reason."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedies, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, origin_of
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import clean, short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_STATUSES = (500, 503)
_READING = frozenset(
    (ApiKind.BLOB_HEAD, ApiKind.BLOB_GET, ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET, ApiKind.TAGS, ApiKind.CATALOG)
)
_TOLD_ELSEWHERE = (
    "kms:",
    "KMS.",
    "SlowDown",
    "RequestLimitExceeded",
    "TooManyRequest",
    "toomanyrequests",
    "XAmzContentSHA256",
)
"""Words of errors that have checks of their own."""


@check(
    title="The storage does what the registry asks of it",
    severity=Severity.ERROR,
    failure_modes=("S3-04", "S3-05"),
    symptoms=(
        "received unexpected HTTP status: 500 Internal Server Error",
        '"detail":{"DriverName":"s3aws","Enclosed":{"RequestFailure":{}}}',
    ),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def storage_fails_registry(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """To answer, a registry lists, reads and writes in its storage with an identity of its own.

    Where that fails it answers 500. distribution 2 tells clients no more than its driver's name: the error of an object
    store is written without its text, and only whether the store answered can be seen. Most often the identity lacks
    a permission (s3:ListBucket to look for a blob, s3:PutObject to take one), its key is wrong or has run out, or the
    store cannot be reached from the registry's host. Clients try again for a while and give up.

    See the registry's log at that time: `err.detail` names the store's reason. On the registry's host `regdoctor check
    storage` asks the store as the registry does, and `regdoctor storage permissions` shows what it may do there.
    """
    return told_by(traffic, "storage_fails_registry")


@sign(storage_fails_registry, parts=(Part.REGISTRY,), statuses=_STATUSES)
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in _STATUSES or not answered_by_registry_or_proxy(call):
        return None
    told = _untold_reason(call) or _text(call)
    if not told:
        return None
    what = call.kind.value if call.kind else "a call"
    return Fail(
        f"{told}, and the registry answers {call.status} to a client ({what}{_lacking(call)})",
        evidence=(call.exchange.quote(), Quote(call.exchange.quote().source, clean(str(errors_of(call)[0])))),
        resource=origin_of(call),
        failure_modes=("S3-05",) if call.kind in _READING else ("S3-04",),
        remedy=_REMEDY,
    )


def _untold_reason(call: Call) -> str:
    """What of a store's error distribution 2 writes: the name of the driver, and whether the store answered.

    Go's JSON leaves out what is not exported: of an answer `{"RequestFailure":{}}` stays (aws-sdk-go, awserr), of
    anything else, such as a connection that was refused or no credentials, `{}`.
    """
    for error in errors_of(call):
        match error.detail:
            case {"DriverName": str() as driver, "Enclosed": {"RequestFailure": _}}:
                return f"The registry's storage ({short(driver)}) refuses it a call"
            case {"DriverName": str() as driver, "Enclosed": dict() as enclosed} if not enclosed:
                return f"The registry gets no answer from its storage ({short(driver)}), or has no credentials for it"
    return ""


def _text(call: Call) -> str:
    """The error as others write it, where no other check names it; empty else."""
    error = storage_error_of(call)
    if error is None or error.is_full or error.is_denied or error.is_read_only:
        return ""
    if any(words in error.text for words in _TOLD_ELSEWHERE):
        return ""
    if "AccessDenied" in error.text and call.kind not in _READING:
        return ""
    return f"The registry's storage fails it ({short(error.text)})"


def _lacking(call: Call) -> str:
    """Which permission such a call takes first (registry/storage/driver/s3-aws/s3.go: Stat lists, PutContent puts)."""
    if call.kind in _READING:
        return ", which takes listing and reading"
    return ", which takes writing" if call.kind is ApiKind.UPLOAD_START else ""


_REMEDY: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Read the store's reason in the registry's log; then ask the store as the registry does, on its host.",
        ("sudo grep -h err.detail /var/log/gitlab/registry/current | tail -n 20", "sudo regdoctor check storage"),
    ),
    Dialect.PLAIN: Remedy(
        "Read the store's reason in the registry's log (err.detail); then ask the store as the registry does, on its "
        "host.",
        ("sudo regdoctor check storage",),
    ),
}
