"""PROXY-02: the registry sends clients on to another port of its host."""

from collections.abc import Iterable
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import (
    HOST_LINES,
    location_by_config,
    location_evidence,
    location_remedies,
    public_of,
    url_of,
)
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import LEADING_ON, UPLOADS, start_elsewhere
from regdoctor.evidence.forwarded_headers import Told, told_host
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.proxy_rules import PublicAddress, Route
from regdoctor.evidence.published_ports import published_tls_ports
from regdoctor.evidence.story import Story
from regdoctor.evidence.upload_start import UploadStart, port_of
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import Port
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="Uploads go on at the port where they were started",
    severity=Severity.ERROR,
    failure_modes=("PROXY-02",),
    symptoms=("connection refused", "blob upload unknown"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def location_loses_port(
    start: UploadStart | Absent,
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    installation: Installation | Absent,
    compose: ComposeFile | Absent,
) -> Outcome | Iterable[Outcome]:
    """The registry tells the client where to go on with an upload; it takes host and port from the Host header.

    nginx's $host has no port, $http_host has; X-Forwarded-Port is never read. Where the registry is at another port
    than 443, a proxy with `proxy_set_header Host $host` makes clients go on at 443, where nobody or somebody else
    answers.

    An upload that was started tells it for certain. Without one nginx's configuration is judged, against the port
    that GitLab names for the registry, or at which Compose publishes nginx's. Where nothing names it, and nginx takes
    TLS at another port than 443, it is a warning: clients that come by that port are sent on to 443.

    Let the proxy pass $http_host, or set http.relativeurls or http.host in the registry.
    """
    if isinstance(start, UploadStart):
        return _by_answer(start)
    return location_by_config(
        start, nginx, config, gitlab, lambda route, read: _by_config(route, read, gitlab, installation, compose)
    )


def _by_answer(start: UploadStart) -> Outcome:
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
        remedy=location_remedies(start.asked.url, HOST_LINES, start),
    )


def _by_config(
    route: Route,
    nginx: NginxConfig,
    gitlab: GitLabConfig | Absent,
    installation: Installation | Absent,
    compose: ComposeFile | Absent,
) -> Outcome:
    told, public = told_host(route, nginx), public_of(route, gitlab)
    written = {_written_port(text, route) for text in told.texts}
    if written == {_AS_IT_CAME}:
        return Pass("nginx sends the client's port on")
    if len(written) != 1 or _UNTOLD in written:
        return Skip(f"the port is not what nginx says here: {' or '.join(told.texts)}")
    port = written.pop()
    if public is None and (published := published_tls_ports(route.server, compose, installation)):
        return _by_published(route, told, port, published)
    if public is None:
        return _unnamed_port(route, told, port, installation)
    if port == public.port or (port is None and public.port in (80, 443)):
        return Pass(f"nginx tells the registry port {public.port}")
    return _fail(route, told, port, public, None, url_of(route, public))


_AS_IT_CAME, _UNTOLD = -1, -2


def _written_port(text: str, route: Route) -> int | None:
    """The port that a Host of nginx says; None where it says none. Or: it is the client's, or it is not told here."""
    if text in ("$http_host", "$http_x_forwarded_host"):
        return _AS_IT_CAME
    _, colon, port = text.rpartition(":")
    if colon and "]" not in port:
        ports = {listen.port for listen in route.server.listens}
        if port == "$server_port" and len(ports) == 1:
            return ports.pop()
        if port == "$server_port":
            return _AS_IT_CAME
        number = port_number(port)
        return _UNTOLD if number is None else number
    if text in ("$host", "$server_name") or ("$" not in text and text):
        return None
    return _UNTOLD


def _by_published(route: Route, told: Told, port: int | None, published: tuple[Port, ...]) -> Outcome:
    """Where nginx runs in a container: what Compose publishes tells by which ports clients come."""
    numbers = [port_number(one.published) or 0 for one in published]
    if (port or 443) in numbers:
        return Pass(f"nginx tells the registry port {port or 443}, at which Compose publishes it")
    name = next(iter(route.server.names), "")
    # A load balancer before the host may have another port: a warning.
    public = PublicAddress(name, numbers[0], "https", tuple(one.located.quote() for one in published))
    url = url_of(route, public) if url_of(route, None) else None  # where the server has no plain name, nothing has
    return _fail(route, told, port, public, Severity.WARNING, url)


def _unnamed_port(route: Route, told: Told, port: int | None, installation: Installation | Absent) -> Outcome:
    """Where nothing names the public port: what nginx listens on tells it, if no container maps it."""
    ports = [listen.port for listen in route.server.listens if listen.ssl and listen.port]
    if port is not None or not ports or 443 in ports:
        return Pass("nginx tells the registry what clients come by, as far as its configuration shows")
    if isinstance(installation, Installation) and installation.dialect is Dialect.COMPOSE:
        return Unknown(f"nginx listens on port {ports[0]} of its container; which port clients come by is not known")
    return _fail(route, told, port, None, Severity.WARNING, url_of(route, None))


def _fail(
    route: Route,
    told: Told,
    port: int | None,
    public: PublicAddress | None,
    severity: Severity | None,
    url: str | None,
) -> Outcome:
    asked = public.port if public else next(listen.port for listen in route.server.listens if listen.ssl)
    listens = next((one for one in route.server.listens if one.port == asked), route.server.listens[0])
    said = (told.directive.quote(),) if told.directive is not None else ()
    leads = f"port {port}" if port else "no port"
    return Fail(
        f"nginx ({route.name}) tells the registry {leads}, and clients come by port {asked}: pushes go on elsewhere",
        evidence=(*said, *route.quotes(), listens.quote(), *(public.said_by if public else ())),
        resource=route.name,
        severity=severity,
        remedy=location_remedies(url, HOST_LINES),
    )


@sign(location_loses_port, kinds=UPLOADS, statuses=LEADING_ON)
def _in_traffic(call: Call, story: Story) -> Seen:
    start = start_elsewhere(call)
    told = _by_answer(start) if start is not None else None
    return replace(told, evidence=(call.exchange.quote("Location"),)) if isinstance(told, Fail) else None
