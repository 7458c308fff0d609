"""CFG-15: an object store that stumbles makes Kubernetes restart the registry's pods."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.formats.chart_rendering import effective
from regdoctor.formats.helm_values import HelmValues

_REPORT = "/debug/health"


@check(
    title="The pods of the registry live on while its storage stumbles",
    severity=Severity.WARNING,
    failure_modes=("CFG-15",),
    symptoms=("Liveness probe failed: HTTP probe failed with statuscode: 503",),
    reference="https://docs.gitlab.com/charts/charts/registry/",
)
def health_check_kills_pods(values: HelmValues) -> Outcome:
    """The chart's liveness probe asks /debug/health, which shows the storage driver's check where that is on.

    The chart leaves the check off for this reason. With registry.health.storagedriver.enabled, an object store that
    does not answer for half a minute makes every pod fail its liveness probe: Kubernetes kills them all at once,
    with the uploads that they are in, and starts them anew while the store is still down. A restart mends nothing
    there. That the pods take no requests meanwhile is the readiness probe's work.

    Switch the check off, or let the liveness probe ask something else than /debug/health.
    """
    given = effective(values)
    switch = given.at("registry", "health", "storagedriver", "enabled")
    if switch is None or switch.switch() is not True:
        return Pass("the storage driver's check is off")
    probe, path = (given.at("registry", "deployment", "livenessProbe", key) for key in ("enabled", "path"))
    if probe is None or probe.switch() is not True or path is None or path.text() != _REPORT:
        return Pass("the liveness probe does not ask the health report")
    remedy = Remedy(
        "Switch the storage driver's check off, as the chart does by itself:",
        ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.health.storagedriver.enabled=false",),
    )
    return Fail(
        f"The liveness probe asks {_REPORT}, which fails with the storage: Kubernetes then kills all pods at once",
        evidence=(switch.quote(), path.quote()),
        resource=switch.name,
        remedy={Dialect.PLAIN: remedy},
    )
