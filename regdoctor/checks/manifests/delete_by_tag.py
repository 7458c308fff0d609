"""MAN-10: a client deletes an image by its tag, where the registry wants its digest."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, request_header
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign


@check(
    title="Images are deleted by digest, where the registry knows no other way",
    severity=Severity.WARNING,
    failure_modes=("MAN-10",),
    symptoms=("DIGEST_INVALID", "provided digest did not match uploaded content"),
    reference="https://distribution.github.io/distribution/spec/api/#deleting-an-image",
)
def delete_by_tag(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """distribution 2 deletes manifests by digest alone, and answers 400 DIGEST_INVALID or 405 UNSUPPORTED to a tag.

    Newer registries take the tag away and leave the manifest. A digest is that of the manifest as it is stored: asked
    for without an Accept header, an old registry converts it, and names a digest that is not there.

    Ask for the digest with HEAD and an Accept header of all media types, and delete that; all tags of the image go with
    it.
    """
    return told_by(traffic, "delete_by_tag")


@sign(delete_by_tag, kinds=(ApiKind.MANIFEST_DELETE,), statuses=(400, 405))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.kind is not ApiKind.MANIFEST_DELETE or call.api is None or ":" in call.api.reference:
        return None
    if call.status not in (400, 405) or not answered_by_registry_or_proxy(call):
        return None
    said = next((one for one in errors_of(call) if one.code in _CODES), None)
    # It tries the tag, and has another way where that is refused.
    if said is None or "regclient" in request_header(call.exchange, "User-Agent"):
        return None
    return Fail(
        f"{short(call.repository)}:{short(call.api.reference)} was to be deleted by its tag, and the registry takes "
        f"digests alone{', or deletes nothing' if call.status == 405 else ''}: {short(str(said))}",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={
            Dialect.PLAIN: Remedy(
                "Ask for the digest of the tag first, and delete that; all tags of the image go with it. skopeo does "
                "both.",
                ('skopeo delete "docker://$IMAGE"',),
            )
        },
    )


_CODES = ("DIGEST_INVALID", "UNSUPPORTED")
