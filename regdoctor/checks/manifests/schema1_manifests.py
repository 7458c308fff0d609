"""MAN-02: manifests of schema version 1, which this registry refuses, or the next one will."""

from collections.abc import Sequence

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.manifest_samples import (
    ManifestSample,
    Schema1Manifest,
    ServedManifests,
    StoredManifests,
)
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

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

    distribution 2.x serves them while compatibility.schema1.enabled is true (the default of the file is false); GitLab's
    registry dropped them in v3.0.0-gitlab, distribution in 3.0. Such an image is still stored and can no longer be pulled:
    `manifest invalid: Schema 1 manifest not supported`. Looked for through the API, tag by tag, and in the storage, both
    for a few seconds only: the message says how much was seen.

    With 2.x: switch compatibility.schema1.enabled on, pull and push each image with a docker between 1.12 and 25, and
    switch it off again. GitLab: do the same with the registry downgraded to v2.13.1-gitlab for the time being.
    """
    found: dict[tuple[str, str], Schema1Manifest] = {}
    samples = [sample for sample in (served, stored) if isinstance(sample, ManifestSample)]
    for sample in samples:
        for manifest in sample.schema1:
            found[manifest.repository, manifest.reference] = manifest
    setting = config.at("compatibility", "schema1", "enabled") if isinstance(config, RegistryConfig) else None
    enabled = setting is not None and setting.text() == "true"
    if found:
        return _found(
            list(found.values()), samples, enabled=enabled, setting=setting.quote() if setting else None
        )
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
        return Unknown("; ".join(dict.fromkeys(absence.reason for absence in absences)))
    seen = [
        f"{words}: {sample.words}"
        for words, sample in (("through the API", served), ("in the storage", stored))
        if isinstance(sample, ManifestSample)
    ]
    return Pass("none among " + "; ".join(seen))


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
        effect, severity = (
            "this registry does not serve them, or will not after its next update",
            Severity.WARNING,
        )
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
    again = (
        "docker pull REGISTRY/REPOSITORY:TAG",
        "docker push REGISTRY/REPOSITORY:TAG",
    )
    return {
        Dialect.OMNIBUS: Remedy(
            "With a registry before v3.0.0-gitlab, put the first line into /etc/gitlab/gitlab.rb and reconfigure; with a "
            "later one, put v2.13.1-gitlab in its place for the time being. Then pull and push each image with docker 1.12 "
            "or later (before 26), which converts it, and go back.",
            ("registry['compatibility_schema1_enabled'] = true", "sudo gitlab-ctl reconfigure", *again),
        ),
        Dialect.HELM: Remedy(
            "Run the registry image v2.13.1-gitlab for the time being, pull and push each image with docker 1.12 or later "
            "(before 26), which converts it, and go back.",
            (
                "helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.image.tag=v2.13.1-gitlab",
                *again,
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Put these lines into the config.yml of a registry 2.x and restart it, pull and push each image with docker "
            "1.12 or later (before 26), which converts it, then take them out again.",
            ("compatibility:\n  schema1:\n    enabled: true", *again),
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
