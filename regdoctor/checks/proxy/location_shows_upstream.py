"""PROXY-03: the registry sends clients on to its own, inner, name."""

import ipaddress

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
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
    if start.unusable:
        return Unknown(start.unusable)
    leads = start.leads_to.hostname or ""
    if leads == start.asked.host:
        return Pass(f"Location leads to {leads}")
    whose = _whose(leads, start)
    if not whose:
        return Unknown(f"Location leads to another name, {leads}; whether clients reach it was not tried")
    return Fail(
        f"The registry sends clients of {start.asked.host} on to {start.leads_to.netloc}, {whose}: pushes fail",
        evidence=location_evidence(start),
        resource=start.asked.url,
        remedy=location_remedies(start.asked.url, "proxy_set_header Host $http_host;"),
    )


def _whose(host: str, start: UploadStart) -> str:
    """What tells that `host` is an inner one; empty for a name that may well be meant, such as that of http.host."""
    if start.upstream is not None and host == start.upstream.host:
        return "the registry's own address"
    if _is_address(host):
        return (
            "" if _is_address(start.asked.host) and ipaddress.ip_address(host).is_global else "an address, not the name"
        )
    if host == "localhost" or "." not in host:
        return "a name that only its own network knows"
    return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
