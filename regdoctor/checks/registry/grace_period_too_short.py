"""HA-05: a registry that stops is killed before it has finished the uploads that it is in."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.containers import none_found
from regdoctor.formats.chart_rendering import effective
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.durations import seconds
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import Located, Place
from regdoctor.injection import Absent

_COMPOSE_DEFAULT = Located("10s", Place("Compose default", layer="default"), "stop_grace_period")


@check(
    title="The registry has the time to finish its uploads when it stops",
    severity=Severity.WARNING,
    failure_modes=("HA-05",),
    symptoms=("unexpected EOF",),
    reference="https://docs.gitlab.com/charts/charts/registry/",
)
def grace_period_too_short(values: HelmValues | Absent, compose: ComposeFile | Absent) -> Iterator[Outcome]:
    """http.draintimeout is how long a registry that is told to stop goes on with the requests that it is in.

    With 0 it drops them at once, and the client sees `unexpected EOF` in the middle of a push. A longer time helps only
    where nobody kills the process earlier: Kubernetes does so after terminationGracePeriodSeconds (30 unless the
    values say otherwise), Compose after stop_grace_period (10 seconds unless the file says otherwise).

    Let the grace period be some seconds longer than draintimeout.
    """
    if isinstance(values, HelmValues):
        yield _of_chart(values)
    registries = compose.registries if isinstance(compose, ComposeFile) else ()
    for registry in registries:
        yield _of_service(registry)
    if not isinstance(values, HelmValues) and not registries:
        yield none_found(values, compose)


def _of_chart(values: HelmValues) -> Outcome:
    given = effective(values)
    drain = given.at("registry", "draintimeout")
    grace = given.at("registry", "deployment", "terminationGracePeriodSeconds")
    replicas = given.at("registry", "hpa", "minReplicas")
    if drain is None or grace is None:
        return Skip("the values take draintimeout or the grace period away")
    allowed = (grace.text() or "") + "s"
    told = values.at("registry", "draintimeout")
    command = (
        "helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.deployment.terminationGracePeriodSeconds={}"
    )
    return _judged(drain, grace, allowed, replicas, is_told=told is not None, longer=command)


def _of_service(registry: ComposeRegistry) -> Outcome:
    if registry.config is None:
        return Unknown(f"the configuration of {registry.service.name} is not known: {registry.problem}")
    drain = registry.config.at("http", "draintimeout")
    if drain is None:
        return Skip(f"{registry.service.name} sets no http.draintimeout")
    grace = registry.service.at("stop_grace_period") or _COMPOSE_DEFAULT
    replicas = registry.service.replicas()
    return _judged(drain, grace, grace.text() or "", replicas, is_told=True, longer="stop_grace_period: {}s")


def _judged(
    drain: Located, grace: Located, allowed: str, replicas: Located | None, *, is_told: bool, longer: str
) -> Outcome:
    wanted, given = seconds(drain.text() or ""), seconds(allowed)
    if wanted is None or given is None:
        return Unknown(f"{drain.quote().quote} against {grace.quote().quote}: not both are durations")
    count = replicas.text() if replicas is not None else None
    if wanted == 0:
        if is_told and replicas is not None and (whole_number(count) or 0) > 1:
            return _drops(drain, replicas, longer)
        return Pass("the registry does not wait for uploads when it stops")
    if wanted <= given:
        return Pass(f"{drain.text()} within {allowed}")
    return Fail(
        f"The registry wants {drain.text()} to finish its uploads, but is killed after {allowed}",
        evidence=(drain.quote(), grace.quote()),
        resource=grace.name,
        remedy=_remedies(longer, wanted),
    )


def _drops(drain: Located, replicas: Located, longer: str) -> Fail:
    remedies = {
        Dialect.COMPOSE: Remedy(
            "Give it some seconds, in the service's environment, and Compose some more:",
            ('REGISTRY_HTTP_DRAINTIMEOUT: "30s"', longer.format(40), "docker compose up -d"),
        )
    }
    chart = "helm upgrade gitlab gitlab/gitlab --reuse-values --set-string registry.draintimeout=20s"
    return Fail(
        f"draintimeout is 0 with {replicas.text()} replicas: one that is replaced drops the uploads that it is in",
        evidence=(drain.quote(), replicas.quote()),
        resource=drain.name,
        severity=Severity.INFO,
        remedy={
            Dialect.PLAIN: Remedy(
                "Give it some seconds, less than the grace period, in config.yml:", ("http:\n  draintimeout: 20s",)
            ),
            Dialect.HELM: Remedy("Give it some seconds, less than terminationGracePeriodSeconds:", (chart,)),
            **remedies,
        },
    )


def _remedies(longer: str, wanted: float) -> Remedies:
    line = longer.format(int(wanted) + 30)
    text = "Let the grace period be longer than draintimeout"
    return {
        Dialect.PLAIN: Remedy(f"{text}:", (line,)),
        Dialect.COMPOSE: Remedy(f"{text}, in the service, then start it anew:", (line, "docker compose up -d")),
    }
