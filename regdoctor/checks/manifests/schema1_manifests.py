"""MAN-02: manifests of schema version 1, which this registry refuses, or the next one will."""

import re
from collections.abc import Sequence

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.media_types import DOCKER_SCHEMA2, SCHEMA1
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, request_header
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.manifest_samples import (
    ManifestSample,
    Schema1Manifest,
    ServedManifests,
    StoredManifests,
)
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import sign

_SHOWN = 10


@check(
    title="No image has a manifest of schema version 1",
    severity=Severity.ERROR,
    failure_modes=("MAN-02",),
    symptoms=("manifest invalid: Schema 1 manifest not supported", "Schema 1 manifest not supported"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def schema1_manifests(
    served: ServedManifests | Absent, stored: StoredManifests | Absent, config: RegistryConfig | Absent
) -> Outcome:
    """Docker before 1.10 pushed manifests of schema version 1. Registries have stopped to serve them.

    distribution 2.8 takes new ones only while compatibility.schema1.enabled is true, and goes on serving those that
    it has. GitLab's registry dropped them in v3.0.0-gitlab, distribution in 3.0: there such an image is still
    stored and can no longer be pulled, `manifest invalid: Schema 1 manifest not supported`, and distribution 3's
    garbage collection stops at the first one. They are looked for through the API, tag by tag, and in the storage,
    both for a few seconds only: the message says how much was seen.

    With 2.x: pull and push each image again with a docker from 1.12 to 25, before the update. GitLab, after it: do the
    same with the registry put back to v2.13.1-gitlab for the time being.
    """
    found: dict[tuple[str, str], Schema1Manifest] = {}
    samples = [sample for sample in (served, stored) if isinstance(sample, ManifestSample)]
    for sample in samples:
        for manifest in sample.schema1:
            # The API's word comes first: it tells whether the registry serves what is stored.
            found.setdefault((manifest.repository, manifest.reference), manifest)
    setting = config.at("compatibility", "schema1", "enabled") if isinstance(config, RegistryConfig) else None
    enabled = setting is not None and setting.text() == "true"
    if found:
        return _found(list(found.values()), samples, enabled=enabled, setting=setting.quote() if setting else None)
    if enabled and setting:
        return Fail(
            f"{setting.name} is on: old clients may still push manifests that newer registries do not serve",
            evidence=(setting.quote(),),
            resource=setting.place.source,
            severity=Severity.INFO,
            remedy=_switch_off(),
        )
    if not samples:
        absences = [absence for absence in (served, stored) if isinstance(absence, Absent)]
        reasons = "; ".join(dict.fromkeys(absence.reason for absence in absences))
        return Unknown(reasons) if any(absence.applicable for absence in absences) else Skip(reasons)
    seen = [
        f"{words}: {sample.words}"
        for words, sample in (("through the API", served), ("in the storage", stored))
        if isinstance(sample, ManifestSample)
    ]
    if all(sample.looked_at == sample.unreadable and (sample.looked_at or not sample.complete) for sample in samples):
        return Unknown("no manifest could be read: " + "; ".join(seen))
    return Pass("none found " + "; ".join(seen))


def _found(
    manifests: list[Schema1Manifest],
    samples: Sequence[ManifestSample],
    *,
    enabled: bool,
    setting: Quote | None,
) -> Fail:
    refused = [manifest for manifest in manifests if manifest.served is False]
    served = [manifest for manifest in manifests if manifest.served]
    names = ", ".join(f"{one.repository}:{one.reference}" for one in (refused or manifests)[:3])
    more = f" and {len(manifests) - 3} more" if len(manifests) > 3 else ""
    if refused:
        effect, severity = "the registry refuses to serve them", Severity.ERROR
    elif served or enabled:
        effect, severity = "newer registries will not serve them", Severity.WARNING
    else:
        effect, severity = "this registry does not serve them, or will not after its next update", Severity.WARNING
    many = "image has a manifest" if len(manifests) == 1 else "images have manifests"
    return Fail(
        f"{len(manifests)} {many} of schema version 1 ({names}{more}): {effect}",
        evidence=(
            *(manifest.seen_as for manifest in (refused or manifests)[:_SHOWN]),
            *((setting,) if setting else ()),
            *(Quote("sample", sample.words) for sample in samples if not sample.complete),
        ),
        resource=(refused or manifests)[0].repository,
        severity=severity,
        remedy=_upgrade(),
    )


def _upgrade() -> Remedies:
    again = ('docker pull "$IMAGE"', 'docker push "$IMAGE"')
    convert = "pull and push each IMAGE (registry, repository and tag) with a docker from 1.12 to 25, which converts it"
    return {
        Dialect.OMNIBUS: Remedy(
            f"While the registry still serves them, {convert}. One from v3.0.0-gitlab on does not: put the binary of "
            "v2.13.1-gitlab in its place for the time being.",
            again,
        ),
        Dialect.HELM: Remedy(
            f"Run the registry image v2.13.1-gitlab for the time being, {convert}, and go back.",
            ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.image.tag=v2.13.1-gitlab", *again),
        ),
        Dialect.PLAIN: Remedy(
            f"While a registry 2.x still serves them, {convert}; distribution 3 does not serve them at all.", again
        ),
    }


def _switch_off() -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "Switch it off once no client older than docker 1.10 is left.",
            ("registry['compatibility_schema1_enabled'] = false", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.PLAIN: Remedy(
            "Switch it off once no client older than docker 1.10 is left, and restart the registry.",
            ("compatibility:\n  schema1:\n    enabled: false",),
        ),
    }


_MANIFESTS = (ApiKind.MANIFEST_GET, ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_PUT)


@sign(schema1_manifests, kinds=_MANIFESTS)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.kind not in _MANIFESTS or not answered_by_registry_or_proxy(call):
        return None
    exchange, name = call.exchange, f"{call.repository}:{call.api.reference if call.api else ''}"
    is_put = call.kind is ApiKind.MANIFEST_PUT
    is_refused = any(_REFUSED in str(error) for error in errors_of(call)) or (
        is_put and call.status == 400 and _type(request_header(exchange, "Content-Type")) in SCHEMA1
    )
    if is_refused:
        # Docker from 1.10 to 25 tries schema1 after whatever else was refused: then that was the fault.
        if is_put and _is_fallback(exchange):
            return None
        what, severity = f"refuses a manifest of schema version 1 ({short(name)})", Severity.ERROR
    elif exchange.ok and is_put and _type(request_header(exchange, "Content-Type")) in SCHEMA1:
        what, severity = f"takes a manifest of schema version 1 ({short(name)}), newer ones do not", Severity.WARNING
    elif exchange.ok and not is_put and _is_stored_as_schema1(exchange):
        what, severity = f"serves a manifest of schema version 1 ({short(name)}), newer ones do not", Severity.WARNING
    else:
        return None
    return Fail(
        f"The registry {what}",
        evidence=(exchange.quote("Content-Type"),),
        resource=short(call.repository),
        severity=severity,
        remedy=_upgrade(),
    )


_REFUSED = "Schema 1 manifest not supported"
_DOCKER = re.compile(r"docker/([0-9]{1,3})\.([0-9]{1,3})")


def _type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _is_fallback(exchange: Exchange) -> bool:
    found = _DOCKER.match(request_header(exchange, "User-Agent"))
    return found is not None and (int(found[1]), int(found[2])) >= (1, 10)


def _is_stored_as_schema1(exchange: Exchange) -> bool:
    """distribution 2 converts for clients that accept nothing newer; for others it serves what is stored."""
    accepted = [value for key, value in exchange.request_headers if key.lower() == "accept"]
    takes_newer = any(DOCKER_SCHEMA2 in str(value).lower() for value in accepted)
    return takes_newer and _type(exchange.header("Content-Type") or "") in SCHEMA1
