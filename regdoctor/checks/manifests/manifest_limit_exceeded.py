"""MAN-08: a manifest has more bytes, or names more things, than the registry takes."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import REFUSALS, sign


@check(
    title="Manifests are within the limits of the registry",
    severity=Severity.ERROR,
    failure_modes=("MAN-08",),
    symptoms=("MANIFEST_REFERENCE_LIMIT", "MANIFEST_SIZE_LIMIT", "http: request body too large"),
    reference="https://distribution.github.io/distribution/spec/api/#put-manifest",
)
def manifest_limit_exceeded(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A manifest is a small document: distribution takes 4 MiB of it, GitLab's registry what its validation allows.

    GitLab's registry answers 400 MANIFEST_REFERENCE_LIMIT or MANIFEST_SIZE_LIMIT where a manifest names more things,
    or has more bytes, than validation.manifests.referencelimit and payloadsizelimit say; distribution answers 400
    MANIFEST_INVALID with `http: request body too large`.

    Make an image of fewer layers, or a list of fewer images, and keep annotations short. GitLab: raise the limit.
    """
    return told_by(traffic, "manifest_limit_exceeded")


@sign(manifest_limit_exceeded, kinds=(ApiKind.MANIFEST_PUT,), statuses=REFUSALS)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.kind is not ApiKind.MANIFEST_PUT or not answered_by_registry_or_proxy(call):
        return None
    said = next((one for one in errors_of(call) if one.code in _CODES or one.detail == _TOO_LARGE), None)
    if said is None:
        return None
    return Fail(
        f"The registry refuses a manifest of {short(call.repository)} for its size: {short(str(said))}",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={
            Dialect.PLAIN: Remedy(
                "Make an image of fewer layers, or a list of fewer images, and keep annotations short. In GitLab's "
                "registry raise validation.manifests.referencelimit or payloadsizelimit."
            )
        },
    )


_CODES = ("MANIFEST_REFERENCE_LIMIT", "MANIFEST_SIZE_LIMIT")
_TOO_LARGE = "http: request body too large"
