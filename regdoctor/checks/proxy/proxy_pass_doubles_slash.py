"""PROXY-15: the path in proxy_pass changes the path that the registry is asked for."""

from collections.abc import Iterable
from urllib.parse import urljoin

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import sign

_ASKED = "/v2/a/manifests/b"
"""What a client asks for, as an example."""


@check(
    title="nginx passes the registry's paths on as they are",
    severity=Severity.ERROR,
    failure_modes=("PROXY-15",),
    symptoms=("301 Moved Permanently", "404 page not found"),
    explains=("not_a_registry", "post_redirected"),
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
)
def proxy_pass_doubles_slash(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """Where proxy_pass has a path, if only a slash, nginx puts it in the place of the part that the location matched.

    `location /v2 { proxy_pass http://registry:5000/v2/; }` asks the registry for /v2//a/manifests/b, which it answers
    with a redirect that makes a GET of every PUT; `location /v2/ { proxy_pass http://registry:5000/; }` takes /v2/
    away, and the registry answers 404. With a variable in it, proxy_pass asks for its own path whatever the client
    asked for.

    Write proxy_pass with host and port only, and without a slash at its end.
    """

    def judge(route: Route) -> Outcome:
        path = route.destination.path
        if not path or path.startswith(("$request_uri", "$uri")):
            return Pass("nginx passes paths on as they are")
        if route.location.conditional or any(route.location.directive.named("rewrite")):
            return Unknown(f"{route.name} rewrites the path before proxy_pass changes it")
        if "$" in path or route.location.modifier in ("~", "~*"):
            return Unknown(f"which path nginx asks for is known when it runs only: {path}")
        asked = path if route.destination.by_variable else _passed_on(route.location.pattern, path)
        prefix = _prefix(config)
        if asked == prefix + _ASKED:
            return Pass(f"nginx passes {_ASKED} on as {asked}")
        inner = f"{route.destination.scheme}://{route.destination.authority}"
        return Fail(
            f"nginx ({route.name}) makes {asked} of {_ASKED} before it asks the registry",
            evidence=route.quotes(),
            resource=route.name,
            remedy=change_nginx("Name host and port only, so that paths stay as they are.", f"proxy_pass {inner};"),
        )

    return each_route(nginx, config, gitlab, judge)


def _passed_on(pattern: str, path: str) -> str:
    """What becomes of the example where the matched part is replaced by the path of proxy_pass."""
    return path + _ASKED.removeprefix(pattern) if _ASKED.startswith(pattern) else _ASKED


def _prefix(config: RegistryConfig | Absent) -> str:
    """http.prefix without its last slash."""
    prefix = None if isinstance(config, Absent) else config.at("http", "prefix")
    text = ((prefix.text() if prefix else None) or "").strip("/")
    return f"/{text}" if text else ""


_API_VERSION = "Docker-Distribution-Api-Version"


@sign(proxy_pass_doubles_slash, parts=(Part.REGISTRY,), statuses=(301,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """The registry itself sends a client to the very address that it asked: it was asked for another one.

    Its router answers so to a path with a doubled slash alone (gorilla/mux, cleanPath), with the path set right.
    """
    exchange = call.exchange
    location = exchange.header("Location")
    if call.status != 301 or not location or not answered_by_registry_or_proxy(call):
        return None
    if exchange.header(_API_VERSION) is None or is_foreign(exchange) or not _is_same(exchange.url, location):
        return None
    return Fail(
        f"The registry sends {exchange.method} to where it was asked for already: a proxy before {origin_of(call)} "
        "asks it for another path, most likely with a doubled slash",
        evidence=(exchange.quote("Location"),),
        resource=origin_of(call),
        remedy=change_nginx(
            "Name host and port only, so that paths stay as they are.", "# proxy_pass without a path, nor a slash"
        ),
    )


def _is_same(url: str, location: str) -> bool:
    """Whether an answer leads to the address that was asked, its query apart."""
    asked = url.partition("?")[0]
    try:
        return urljoin(asked, location).partition("?")[0] == asked
    except ValueError:
        return False
