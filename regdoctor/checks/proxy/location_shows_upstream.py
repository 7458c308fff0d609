"""PROXY-03, PROXY-28: the registry sends clients on to its own, inner, name."""

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.checks.proxy import (
    HOST_LINES,
    location_by_config,
    location_evidence,
    location_remedies,
    public_of,
    url_of,
)
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import LEADING_ON, UPLOADS, start_elsewhere
from regdoctor.evidence.forwarded_headers import told_host
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="Uploads go on at the host where they were started",
    severity=Severity.ERROR,
    failure_modes=("PROXY-03", "PROXY-28"),
    symptoms=("no such host", "connection refused"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_shows_upstream(
    start: UploadStart | Absent,
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> Outcome | Iterable[Outcome]:
    """The registry tells the client where to go on with an upload; it takes the host from the Host header.

    A proxy that does not hand the client's Host on (nginx sends proxy_pass's name unless told otherwise, Apache does so
    with ProxyAddHeaders Off and without ProxyPreserveHost) makes the registry answer with an inner name or address,
    which clients cannot reach.

    An upload that was started tells it for certain. Without one nginx's configuration is judged. A level of it that
    has any proxy_set_header inherits none: one line for another header takes the Host of the outer level away.

    Let the proxy pass the client's Host header on, with its port ($http_host in nginx), or set http.relativeurls or
    http.host in the registry.
    """
    if isinstance(start, UploadStart):
        return _by_answer(start)
    return location_by_config(start, nginx, config, gitlab, lambda route, read: _by_config(route, read, gitlab))


def _by_answer(start: UploadStart) -> Outcome:
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
        failure_modes=("PROXY-03",),
        remedy=location_remedies(start.asked.url, HOST_LINES, start),
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


def _by_config(route: Route, nginx: NginxConfig, gitlab: GitLabConfig | Absent) -> Outcome:
    told = told_host(route, nginx)
    hosts = {_host(text, route) for text in told.texts}
    strange = [host for host in hosts if host is not None and host not in _accepted(route, gitlab)]
    if not strange:
        return Pass(f"nginx tells the registry the client's host: {told.texts[0]}")
    if len(hosts) > 1:
        return Unknown(f"which host nginx tells the registry is known when it runs only: {' or '.join(told.texts)}")
    host = strange[0]
    if not (_is_address(host) or "." not in host):
        return Unknown(f"nginx tells the registry another name, {host}; whether clients reach it cannot be told here")
    case = "sends no Host of its own, so the registry is told" if told.directive is None else "tells the registry"
    said = (told.directive.quote(),) if told.directive is not None else ()
    return Fail(
        f"nginx ({route.name}) {case} {host}, which clients are then sent on to: pushes fail",
        evidence=(*said, *route.quotes()),
        resource=route.name,
        failure_modes=("PROXY-03", "PROXY-28") if told.directive is None else ("PROXY-03",),
        remedy=location_remedies(url_of(route, public_of(route, gitlab)), HOST_LINES),
    )


def _host(text: str, route: Route) -> str | None:
    """The fixed host that a Host of nginx says; None where it comes from the client, or cannot be told."""
    if text == "$proxy_host" or text.startswith("$proxy_host:"):
        text = route.destination.authority
    host = text.rpartition(":")[0] if text.rpartition(":")[2].isdigit() and not text.endswith("]") else text
    return None if "$" in host or not host else host.strip("[]").lower()


def _accepted(route: Route, gitlab: GitLabConfig | Absent) -> set[str]:
    """Names that clients know."""
    public = public_of(route, gitlab)
    return {*route.server.names, *((public.host,) if public else ())}


@sign(location_shows_upstream, kinds=UPLOADS, statuses=LEADING_ON)
def _in_traffic(call: Call, story: Story) -> Seen:
    start = start_elsewhere(call)
    told = _by_answer(start) if start is not None else None
    return replace(told, evidence=(call.exchange.quote("Location"),)) if isinstance(told, Fail) else None
