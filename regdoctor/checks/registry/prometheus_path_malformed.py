"""CFG-14: metrics at a path that nobody can ask for, or that is taken."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_TAKEN = ("/debug/health", "/debug/vars", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/profile")
"""What distribution's debug server holds already: health, expvar and net/http/pprof, all of http.DefaultServeMux."""


@check(
    title="The path of the metrics can be asked for",
    severity=Severity.WARNING,
    failure_modes=("CFG-14",),
    symptoms=("http: multiple registrations for",),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#prometheus",
)
def prometheus_path_malformed(config: RegistryConfig, product: Product) -> Outcome:
    """The debug server serves the metrics of Prometheus at http.debug.prometheus.path, which is /metrics by default.

    Without its leading slash, Go takes the path for a host's name: distribution 2.8 starts, logs `providing prometheus
    metrics on metrics`, and answers 404 at every path; programs built with Go 1.22 or later do not take such a
    path at all. With a path that the debug server has already, such as /debug/health, distribution panics at its
    start: `http: multiple registrations for /debug/health`.

    Write a path of its own that begins with a slash, and restart the registry.
    """
    enabled, path = (config.at("http", "debug", "prometheus", key) for key in ("enabled", "path"))
    address = config.debug_address()
    if enabled is None or enabled.switch() is not True or address is None or not address.text():
        return Skip("the registry serves no metrics")
    text = path.text() if path is not None else None
    if path is None or not text:
        return Pass("/metrics, the default")
    remedy = change("http.debug.prometheus.path", "/metrics", "Write a path of its own with a slash.", now=path)
    if not text.startswith("/"):
        return Fail(
            f'{path.name} is "{shown(path)}", without a slash at its beginning: the metrics are served nowhere',
            evidence=(path.quote(),),
            resource=path.name,
            remedy=remedy,
        )
    if text not in _TAKEN:
        return Pass(text)
    if product.may_be(Generation.GITLAB):
        return Unknown(f"{text} is taken in distribution's debug server; whether in GitLab's is not known")
    return Fail(
        f"{path.name} is {text}, which the debug server serves already: the registry does not start",
        evidence=(path.quote(), address.quote()),
        resource=path.name,
        severity=Severity.CRITICAL,
        remedy=remedy,
    )
