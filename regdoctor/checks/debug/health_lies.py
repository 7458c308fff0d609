"""CFG-01, the other way round: the health check is green while the storage refuses what pushes and pulls need."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.s3_access import S3Access
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="A green health check means that the storage can be used",
    severity=Severity.WARNING,
    failure_modes=("CFG-01", "CFG-15"),
    reference="https://distribution.github.io/distribution/about/configuration/#health",
)
def health_lies(debug: DebugServer, access: S3Access, config: RegistryConfig | Absent) -> Outcome:
    """The registry's health check of S3 is one listing of the root, and nothing at all where it is switched off.

    So it stays green when the registry may not read, write or delete: monitoring that looks at it sees nothing. The
    failure itself is named by the check that saw the refusal, and this finding is folded under it.

    Switch the storage's health check on where it is off. What it does not see, `regdoctor check storage` does.
    """
    problems = debug.problems
    if problems is None:
        return Unknown(f"{debug.health.quote().quote}: no health report")
    if access.unusable:
        return Skip(access.unusable)
    if problems:
        return Skip("the health check is not green: see registry_unhealthy")
    refused = access.forbidden
    unclear = [call for call in access.calls if call.refused]
    if not refused and unclear:
        return Unknown(f"the store refuses without saying why: {unclear[0].quote().quote}")
    if not refused:
        return Pass("the health check is green, and the storage grants what was tried")
    setting = config.at("health", "storagedriver", "enabled") if isinstance(config, RegistryConfig) else None
    off = isinstance(config, RegistryConfig) and (setting is None or setting.text() != "true")
    why = "the storage's health check is off" if off else "it only lists the root"
    return Fail(
        f"The health check is green while the storage refuses {refused[0].action}: {why}",
        evidence=(
            Quote(
                f"{debug.endpoint.url}/debug/health",
                f"{debug.health.status} {debug.health.text().strip()[:80]}",
            ),
            *((setting.quote(),) if setting else ()),
            refused[0].quote(),
        ),
        resource=debug.endpoint.url,
        remedy={
            Dialect.OMNIBUS: Remedy(
                "Mend the refusal. Where the storage's health check is off, switch it on in /etc/gitlab/gitlab.rb.",
                ("registry['health_storagedriver_enabled'] = true", "sudo gitlab-ctl reconfigure"),
            ),
            Dialect.PLAIN: Remedy(
                "Mend the refusal. Where the storage's health check is off, switch it on in config.yml.",
                ("health:\n  storagedriver:\n    enabled: true\n    interval: 10s\n    threshold: 3",),
            ),
        },
    )
