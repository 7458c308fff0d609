"""PROXY-13: the registry is served under a path, where no client looks for it."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.evidence.proxy_rules import Route, registry_routes, routes_elsewhere
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import remove


@check(
    title="The registry is served at the root of its host",
    severity=Severity.ERROR,
    failure_modes=("PROXY-13",),
    symptoms=("404 page not found", "Unsupported GitLab Registry external URL path"),
    explains=("not_a_registry",),
    reference="https://distribution.github.io/distribution/spec/api/",
)
def registry_under_a_path(
    nginx: NginxConfig, config: RegistryConfig, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """An image's name has no place for a path of the server: clients ask for /v2/ at the root of the host, always.

    A registry that nginx serves at /registry/ alone is found by nobody, whatever the location rewrites: docker takes
    `registry` in `host/registry/image` for a part of the image's name. http.prefix does not help either: it moves the
    registry's own routes to /prefix/v2/, and where nginx passes /v2/ on as it is, the registry answers 404.

    Give the registry a host name or a port of its own, and pass /v2/ on to it. Remove http.prefix.
    """
    routes = registry_routes(nginx, config, gitlab)
    stray = () if routes else routes_elsewhere(nginx, config, gitlab)
    prefix = config.at("http", "prefix")
    missed = _missed(prefix, routes) if prefix is not None else None
    for route in stray:
        yield _under_a_path(route)
    if prefix is not None and missed is not None:
        yield _prefixed(prefix, missed)
    if not stray and missed is None:
        yield Pass("nginx passes /v2/ on") if routes else Skip("no location of nginx leads to the registry")


def _missed(prefix: Located, routes: tuple[Route, ...]) -> Route | None:
    """A route that passes /v2/ on without the prefix that the registry wants before it."""
    path = (prefix.text() or "").strip("/")
    plain = (one for one in routes if not one.destination.path and not any(one.location.directive.named("rewrite")))
    return next(plain, None) if path else None


def _under_a_path(route: Route) -> Fail:
    inner = f"{route.destination.scheme}://{route.destination.authority}"
    rewrites: tuple[Quote, ...] = tuple(one.quote() for one in route.location.directive.named("rewrite"))
    lines = (
        "location /v2/ {",
        "  client_max_body_size 0;",
        "  proxy_set_header Host $http_host;",
        "  proxy_set_header X-Forwarded-Proto $scheme;",
        "  proxy_read_timeout 900;",
        f"  proxy_pass {inner};",
        "}",
    )
    return Fail(
        f"nginx serves the registry below {route.location.pattern} only ({route.name}); clients ask for /v2/",
        evidence=(*route.quotes(), *rewrites),
        resource=route.name,
        remedy=change_nginx("Pass /v2/ of a host or port of its own on to the registry.", *lines),
    )


def _prefixed(prefix: Located, route: Route) -> Fail:
    return Fail(
        f"The registry expects {prefix.text()} before /v2/, and nginx ({route.name}) does not put it there: 404",
        evidence=(prefix.quote(), *route.quotes()),
        resource="http.prefix",
        remedy=remove("http.prefix", "Serve the registry at the root."),
    )
