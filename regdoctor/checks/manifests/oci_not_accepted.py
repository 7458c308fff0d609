"""MAN-01: a client does not accept the OCI media type of the image that it asks for."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, request_header
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign


@check(
    title="Clients accept the media types of the images that they ask for",
    severity=Severity.ERROR,
    failure_modes=("MAN-01",),
    symptoms=(
        "OCI manifest found, but accept header does not support OCI manifests",
        "OCI index found, but accept header does not support OCI indexes",
    ),
    reference="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",
)
def oci_not_accepted(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A client names in its Accept header the kinds of manifest that it understands.

    distribution and those that follow it answer 404 MANIFEST_UNKNOWN where the image is kept as an OCI manifest or
    index and the header leaves that out; clients show `manifest unknown`, as if the tag were gone. Images built by
    BuildKit with attestations, by podman, buildah and kaniko are OCI ones; scripts and old tools ask for docker's types
    alone.

    Use a newer client, or add the OCI types to the Accept header of the script. Where the client cannot be changed,
    push the image in docker's format.
    """
    return told_by(traffic, "oci_not_accepted")


@sign(oci_not_accepted, kinds=(ApiKind.MANIFEST_GET,), statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.status != 404 or call.kind is not ApiKind.MANIFEST_GET or not answered_by_registry_or_proxy(call):
        return None
    said = next((one.message for one in errors_of(call) if _WORDS in one.message.lower()), "")
    if not said:
        return None
    accepted = request_header(call.exchange, "Accept")
    return Fail(
        f"{short(call.repository)} holds an image of an OCI media type, and its client accepts "
        f"{short(accepted) if accepted else 'none by name'}: {short(said)}",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={
            Dialect.PLAIN: Remedy(
                "Use a newer client, or let it send this header. Else push the image in docker's format, as "
                "`skopeo copy --format v2s2` does.",
                (f"Accept: {ACCEPT_ALL}",),
            )
        },
    )


_WORDS = "accept header does not support oci"
