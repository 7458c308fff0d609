"""PROXY-03: the registry sends clients on to its own, inner, name."""

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.checks.proxy import location_evidence, location_remedies
from regdoctor.evidence.upload_start import UploadStart


@check(
    title="Uploads go on at the host where they were started",
    severity=Severity.ERROR,
    failure_modes=("PROXY-03",),
    symptoms=("no such host", "connection refused"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_shows_upstream(start: UploadStart) -> Outcome:
    """The registry tells the client where to go on with an upload; it takes the host from the Host header.

    A proxy that does not hand the client's Host on (nginx sends proxy_pass's name unless told otherwise, Apache its own
    without ProxyPreserveHost) makes the registry answer with an inner name or address, which clients cannot reach.

    Let the proxy pass the client's Host header on, with its port ($http_host in nginx), or set http.relativeurls or
    http.host in the registry.
    """
    if start.relative:
        return Pass("Location is relative")
    leads = start.leads_to.hostname or ""
    if leads == start.asked.host:
        return Pass(f"Location leads to {leads}")
    inner = start.upstream is not None and leads == start.upstream.host
    whose = "the registry's own address" if inner else "another host"
    return Fail(
        f"The registry sends clients of {start.asked.host} on to {start.leads_to.netloc}, {whose}: pushes fail",
        evidence=location_evidence(start),
        resource=start.asked.url,
        remedy=location_remedies(start, "proxy_set_header Host $http_host;"),
    )
