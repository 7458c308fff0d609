"""MAN-09: a manifest, or what it names, is of a media type that the registry does not know."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.media_types import MANIFESTS
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, request_header
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign


@check(
    title="The registry knows the media types of what is pushed",
    severity=Severity.ERROR,
    failure_modes=("MAN-09",),
    symptoms=("unknown media type", "unrecognized manifest content type"),
    reference="https://docs.gitlab.com/user/packages/container_registry/",
)
def media_type_unknown(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A registry takes manifests of the kinds that it knows; GitLab's with a metadata database checks layers, too.

    It answers 400 MANIFEST_INVALID, GitLab's with `unknown media type` and its name. Charts, signatures, attestations
    and caches of build tools have media types of their own, and older registries know none of them.

    Update the registry, or let the tool push in a kind that is known: `docker buildx build --provenance=false`, or
    `image-manifest=true,oci-mediatypes=true` for a cache.
    """
    return told_by(traffic, "media_type_unknown")


@sign(media_type_unknown, kinds=(ApiKind.MANIFEST_PUT,), statuses=(400, 415))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if (
        call.kind is not ApiKind.MANIFEST_PUT
        or call.status not in (400, 415)
        or not answered_by_registry_or_proxy(call)
    ):
        return None
    kind = request_header(call.exchange, "Content-Type").partition(";")[0].strip().lower()
    # Tools try this one first, which was withdrawn, and go on with another where it is refused.
    if kind == _ARTIFACT:
        return None
    invalid = [one for one in errors_of(call) if one.code == "MANIFEST_INVALID"]
    told = next((str(one) for one in invalid if any(words in str(one).lower() for words in _WORDS)), "")
    is_silent = any(one.detail in (None, {}, []) for one in invalid) and kind.startswith("application/vnd.")
    if not told and not (is_silent and kind not in MANIFESTS):
        return None
    return Fail(
        f"The registry does not know a media type of what is pushed to {short(call.repository)}: {short(told or kind)}",
        evidence=(call.exchange.quote(),),
        resource=short(call.repository),
        remedy={
            Dialect.PLAIN: Remedy(
                "Update the registry, or let the tool push in a kind that it knows; for docker buildx without "
                "attestations that is the option below.",
                ("docker buildx build --provenance=false --sbom=false --push .",),
            )
        },
    )


_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
_WORDS = ("unknown media type", "unrecognized manifest content type", "unsupported media type")
