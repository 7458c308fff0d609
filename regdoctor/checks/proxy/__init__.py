"""What stands between client and registry, as it shows in the registry's answers and in nginx's configuration.

The three checks of Location share one set of remedies, for the same three things mend each of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Skip, Unknown
from regdoctor.distribution.page_marks import SERVER_WORDS
from regdoctor.evidence.forwarded_headers import location_is_fixed
from regdoctor.evidence.proxy_rules import (
    PublicAddress,
    Route,
    public_address,
    registry_routes,
    serves,
    unplaced_locations,
)
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_SENDING = frozenset(("POST", "PUT", "PATCH"))
"""The methods of a push (distribution-spec, end-4 to end-7)."""
PULLS_ONLY = "nginx lets nobody push here (limit_except)"
HOST_LINES: Mapping[str, str] = {
    "nginx": "proxy_set_header Host $http_host;",
    "Apache": "ProxyPreserveHost On",
    "HAProxy": "# HAProxy passes Host on as it came: take away the http-request line that sets or replaces it",
}
"""By the name of the proxy, what makes it pass the client's Host on, with its port."""
_PLACES = {
    "nginx": "for nginx, where it passes /v2/ on",
    "Apache": "for Apache, in the virtual host (RequestHeader is of the module headers: a2enmod headers)",
    "HAProxy": "for HAProxy, in the frontend",
}
RELOAD = "sudo nginx -t && sudo systemctl reload nginx"


def each_route(
    nginx: NginxConfig,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    judge: Callable[[Route], Outcome],
) -> Iterator[Outcome]:
    """What `judge` says of every location that leads to the registry; the healthy ones together give one Pass.

    Where nginx's files were named by hand and nothing tells of some locations where they lead, there is no Pass, but
    what would tell.
    """
    try:
        routes = registry_routes(nginx, config, gitlab)
        unplaced = unplaced_locations(nginx, config, gitlab)
    except UndecidedError as reason:
        yield Unknown(str(reason))
        return
    if not routes:
        yield (
            Unknown(f"no location is known to lead to a registry: {_what_tells(unplaced)}")
            if unplaced
            else Skip("no location of nginx could be told to lead to the registry")
        )
        return
    outcomes = [_judged(judge, route) for route in routes]
    yield from (one for one in outcomes if isinstance(one, Fail | Unknown))
    if unplaced:
        yield Unknown(f"only {_listed(routes)} was judged as one that leads to a registry: {_what_tells(unplaced)}")
    elif not any(isinstance(one, Fail | Unknown) for one in outcomes):
        yield next((one for one in outcomes if isinstance(one, Pass)), outcomes[0])


def _what_tells(unplaced: tuple[Route, ...]) -> str:
    return (
        f"whether {_listed(unplaced)} does is not said here; name the registry's config.yml with nginx's "
        "files, or ask the registry itself (--registry URL)"
    )


def _listed(routes: tuple[Route, ...]) -> str:
    """The first by name, and how many more."""
    more = len({route.name for route in routes}) - 1
    return f"{routes[0].name} (and {more} more)" if more else routes[0].name


def location_by_config(
    start: Absent,
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    judge: Callable[[Route, NginxConfig], Outcome],
) -> Iterator[Outcome]:
    """The same for the checks of Location, where no upload was started; without nginx's configuration either, why.

    Where the registry itself fixes what it writes into Location, that is told, and no route is judged.
    """
    if isinstance(nginx, Absent):
        yield Unknown(start.reason) if start.applicable else Skip(start.reason)
        return

    def unless_fixed(route: Route) -> Outcome:
        fixed = location_is_fixed(config)
        return Pass(fixed) if fixed else judge(route, nginx)

    yield from each_route(nginx, config, gitlab, unless_fixed)


def takes_pulls_only(route: Route) -> bool:
    """Whether the location lets nobody send anything: `limit_except GET HEAD { deny all; }` with nothing else in it."""
    return any(
        not _SENDING & {method.upper() for method in one.args}
        and one.named("deny")
        and all(inner.name == "deny" and inner.args == ("all",) for inner in one.block or ())
        for one in route.location.directive.named("limit_except")
    )


def public_of(route: Route, gitlab: GitLabConfig | Absent) -> PublicAddress | None:
    """Where clients come to this route, if GitLab's configuration says it and the server is that one."""
    public = public_address(gitlab)
    return public if public is not None and serves(route.server, public) else None


def url_of(route: Route, public: PublicAddress | None) -> str | None:
    """The URL that clients use at this route, as far as it can be told; None for a server without a plain name."""
    name = public.host if public else next((name for name in route.server.names if _is_plain(name)), None)
    if name is None:
        return None
    https = route.server.ends_tls or (public is not None and public.scheme == "https")
    ports = [listen.port for listen in route.server.listens if listen.ssl == route.server.ends_tls and listen.port]
    port = public.port if public else next(iter(ports), 443 if https else 80)
    url = f"{'https' if https else 'http'}://{name}"
    return url if port == (443 if https else 80) else f"{url}:{port}"


def change_nginx(why: str, *lines: str) -> Remedies:
    """Write `lines` where nginx passes the registry's requests on.

    why: the sentence, with its full stop, that each remedy begins with.
    """
    written = "\n".join(lines)
    return {
        Dialect.OMNIBUS: Remedy(
            f"{why} The nginx that Omnibus generates has it right: reconfigure writes its file anew, so take away what "
            "registry_nginx settings in /etc/gitlab/gitlab.rb change. In another nginx that stands in front, write "
            "these lines where it passes /v2/ on.",
            (written, "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.COMPOSE: Remedy(
            f"{why} In the nginx configuration of the project, where it passes /v2/ on; then start the proxy anew.",
            (written, "docker compose up -d --force-recreate"),
        ),
        Dialect.PLAIN: Remedy(f"{why} In nginx, where it passes /v2/ on; then reload it.", (written, RELOAD)),
    }


def _judged(judge: Callable[[Route], Outcome], route: Route) -> Outcome:
    """One route's outcome: where it cannot be told, the others still are. It says so where the route is a guess."""
    try:
        outcome = judge(route)
    except UndecidedError as reason:
        return Unknown(str(reason))
    if not route.taken_for or not isinstance(outcome, Fail | Pass):
        return outcome
    words = f"{route.name} is taken for the registry's, for {route.taken_for}"
    return replace(outcome, message=f"{outcome.message} ({words})" if outcome.message else words)


def _is_plain(name: str) -> bool:
    return name not in ("", "_", "localhost") and not any(char in name for char in "*~$")


def location_evidence(start: UploadStart) -> tuple[Quote, ...]:
    """The request, and the Location that came back."""
    return (start.exchange.quote(), Quote(start.exchange.url, f"Location: {start.location}"))


def scheme_lines(scheme: str) -> Mapping[str, str]:
    """By the name of the proxy, what makes it tell the registry that clients came by `scheme`."""
    return {
        "nginx": f"proxy_set_header X-Forwarded-Proto {scheme};",
        "Apache": f'RequestHeader set X-Forwarded-Proto "{scheme}"',
        "HAProxy": f"http-request set-header X-Forwarded-Proto {scheme}",
    }


def _for_the_proxy(lines: Mapping[str, str], start: UploadStart | None) -> tuple[str, ...]:
    """The line for the proxy that the answer names in Server; for each one where it names none of them.

    start: None where nginx's configuration was judged.
    """
    server = (start.exchange.header("Server") or "").lower() if start is not None else "nginx"
    known = [name for begin, name in SERVER_WORDS if server.startswith(begin) and name in lines]
    return tuple(f"# in the proxy; {_PLACES[name]}:\n{lines[name]}" for name in known or lines)


def location_remedies(url: str | None, lines: Mapping[str, str], start: UploadStart | None = None) -> Remedies:
    """The proxy's missing line, or else relative URLs, or a fixed http.host, as each installation sets them.

    url: the registry's public URL; None where it is not known, and then http.host is not offered.
    lines: by the name of the proxy, its line: HOST_LINES, or what scheme_lines gives.
    start: the answer that tells which proxy it is; None where nginx's configuration was judged.

    Omnibus cannot set http.relativeurls or http.host in gitlab.rb but by variables (registry['env']); the chart has
    registry.relativeurls and no http.host.
    """
    proxies = _for_the_proxy(lines, start)
    variable = (f"# or there:\nREGISTRY_HTTP_HOST: {url}",) if url else ()
    setting = (f"# or there:\nhttp:\n  host: {url}",) if url else ()
    relative = "registry['env'] = { \"REGISTRY_HTTP_RELATIVEURLS\" => true }"
    return {
        Dialect.OMNIBUS: Remedy(
            "Either let the proxies between client and registry send the header (GitLab's own nginx does, unless "
            "registry['nginx']['proxy_set_headers'], in older files registry_nginx['proxy_set_headers'], or a custom "
            "configuration says otherwise; so look at what stands in front of it, too), or let the registry answer "
            "with relative URLs. One of the two is enough.",
            (*proxies, f"# or in /etc/gitlab/gitlab.rb:\n{relative}", "# and then:\nsudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Mend the ingress or the load balancer in front, or let the registry answer with relative URLs.",
            ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.relativeurls=true",),
        ),
        Dialect.COMPOSE: Remedy(
            "Mend the proxy, or let the registry answer with relative URLs, or fix its public address. One of "
            "these is enough.",
            (
                *proxies,
                '# or in the environment of the registry\'s container:\nREGISTRY_HTTP_RELATIVEURLS: "true"',
                *variable,
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Mend the proxy, or let the registry answer with relative URLs, or fix its public address, and restart it. "
            "One of these is enough.",
            (
                *proxies,
                "# or in the registry's config.yml:\nhttp:\n  relativeurls: true",
                *setting,
            ),
        ),
    }
