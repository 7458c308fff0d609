"""MAN-10: an image that a list of images names was to be deleted, which GitLab's registry refuses."""

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
from regdoctor.sign import Seen, sign

_CONFLICT = 409
_CODE = "MANIFEST_REFERENCED"


@check(
    title="What is deleted is named by no list of images",
    severity=Severity.WARNING,
    failure_modes=("MAN-10",),
    symptoms=("MANIFEST_REFERENCED", "manifest referenced by a manifest list"),
    reference="https://gitlab.com/gitlab-org/container-registry/-/blob/master/docs/spec/docker/v2/api.md",
)
def manifest_still_referenced(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A list (index) of images names one manifest for each platform; without them a pull of the list fails.

    GitLab's registry with its metadata database knows these ties and answers 409 MANIFEST_REFERENCED to who deletes a
    manifest that a list still names. distribution deletes it, and breaks the list.

    Delete the list first, by its digest, then the images of the platforms; or leave these to the registry's garbage
    collection, which takes them when no list names them any more.
    """
    return told_by(traffic, "manifest_still_referenced")


@sign(manifest_still_referenced, kinds=(ApiKind.MANIFEST_DELETE,), statuses=(_CONFLICT,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status != _CONFLICT or call.kind is not ApiKind.MANIFEST_DELETE or call.api is None:
        return None
    said = next((one for one in errors_of(call) if one.code == _CODE), None)
    if said is None or not answered_by_registry_or_proxy(call):
        return None
    return Fail(
        f"{short(call.api.reference)} of {short(call.repository)} was to be deleted, and a list of images still names "
        f"it: {short(str(said))}",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={
            Dialect.PLAIN: Remedy(
                "Delete the list of images first, by its digest; the images that no other list names can be deleted "
                "then, and the registry's garbage collection takes them by itself."
            )
        },
    )
