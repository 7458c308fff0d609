"""PROXY-02: the registry sends clients on to another port of its host."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import location_evidence, location_remedies
from regdoctor.evidence.upload_start import UploadStart, port_of


@check(
    title="Uploads go on at the port where they were started",
    severity=Severity.ERROR,
    failure_modes=("PROXY-02",),
    symptoms=("connection refused", "blob upload unknown"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_loses_port(start: UploadStart) -> Outcome:
    """The registry tells the client where to go on with an upload; it takes host and port from the Host header.

    nginx's $host has no port, $http_host has; X-Forwarded-Port is never read. Where the registry is at another port
    than 443, a proxy with `proxy_set_header Host $host` makes clients go on at 443, where nobody or somebody else
    answers.

    Let the proxy pass $http_host, or set http.relativeurls or http.host in the registry.
    """
    if start.relative:
        return Pass("Location is relative")
    if start.unusable:
        return Unknown(start.unusable)
    leads = start.leads_to
    if leads.hostname != start.asked.host:
        return Skip(f"Location leads to another host, {leads.hostname}: see location_shows_upstream")
    port = port_of(leads)
    if leads.port is None and leads.scheme != start.asked.scheme:
        # No port is written, and the scheme is wrong, too: compare with the port that the right scheme stands for.
        port = 443 if start.asked.scheme == "https" else 80
    if port == start.asked.port:
        return Pass(f"Location leads to port {port}")
    return Fail(
        f"The registry sends clients of {start.asked.url} on to port {port}: pushes fail",
        evidence=location_evidence(start),
        resource=start.asked.url,
        remedy=location_remedies(start.asked.url, "proxy_set_header Host $http_host;"),
    )
