"""MAN-04: a manifest names blobs or manifests that its repository does not have."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.bounded_json import parse_json
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import REFUSALS, sign


@check(
    title="What a manifest names is in its repository when it is pushed",
    severity=Severity.ERROR,
    failure_modes=("MAN-04",),
    symptoms=("manifest blob unknown: blob unknown to registry", "MANIFEST_BLOB_UNKNOWN"),
    reference="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests",
)
def manifest_blob_unknown(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A registry takes a manifest only where its repository has all that it names: layers, config, or other manifests.

    It answers 400 MANIFEST_BLOB_UNKNOWN else. Mostly a manifest list or index names the images of another repository:
    `docker manifest create` takes them from anywhere, and the registry looks in one repository alone. A layer that is
    missing was collected as garbage between its upload and the manifest, or the registry lost it.

    Push the images of every platform to the repository of the list first, then the list. Where a layer is missing,
    push again.
    """
    return told_by(traffic, "manifest_blob_unknown")


@sign(manifest_blob_unknown, kinds=(ApiKind.MANIFEST_PUT,), statuses=REFUSALS)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.kind is not ApiKind.MANIFEST_PUT or not answered_by_registry_or_proxy(call):
        return None
    missing = [one for one in errors_of(call) if one.code == "MANIFEST_BLOB_UNKNOWN"]
    if not missing:
        return None
    digests = [one.detail if isinstance(one.detail, str) else _digest(one.detail) for one in missing]
    document = parse_json(call.recorded.request_body)
    is_list = isinstance(document, dict) and isinstance(document.get("manifests"), list)
    named = ", ".join(short(digest) for digest in digests[:3] if digest) or "something"
    kind, text = (
        ("a list of images names", "Push the images of every platform to this repository first, then the list.")
        if is_list
        else ("a manifest names", "Push the image again; where that fails as well, see that no garbage is collected.")
    )
    return Fail(
        f"{kind} {named}, which {short(call.repository)} does not have: the registry refuses it",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={Dialect.PLAIN: Remedy(text)},
    )


def _digest(detail: object) -> str:
    """GitLab's registry and distribution 3 may write an object."""
    found = detail.get("digest") if isinstance(detail, dict) else None
    return found if isinstance(found, str) else ""
