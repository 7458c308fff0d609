"""PROXY-04: over HTTP/3 nginx's $http_host is empty."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.evidence.forwarded_headers import location_is_fixed, told
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The registry is told its host over HTTP/3, too",
    severity=Severity.WARNING,
    failure_modes=("PROXY-04",),
    reference="https://github.com/nginx-proxy/nginx-proxy/issues/2386",
)
def http_host_under_http3(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """A client that speaks HTTP/3 sends no Host header but `:authority`, and nginx's $http_host is empty then.

    With `listen … quic` and `proxy_set_header Host $http_host` the registry gets an empty Host from such a client, and
    answers an upload with a Location that has no host. docker speaks HTTP/1.1 and HTTP/2, so it is other clients and
    browsers that see it.

    Send $host and the port of the server in place of $http_host, or set http.relativeurls or http.host in the
    registry, or take `quic` from the `listen` of the registry's server.
    """

    def judge(route: Route) -> Outcome:
        quic = next((listen for listen in route.server.listens if listen.quic), None)
        if quic is None:
            return Pass("nginx does not speak HTTP/3 here")
        fixed = location_is_fixed(config)
        if fixed:
            return Pass(fixed)
        host = told("Host", route, nginx)
        if host.directive is None or "$http_host" not in host.texts:
            return Pass("nginx does not send $http_host")
        port = "" if quic.port == 443 else ":$server_port"
        return Fail(
            f"nginx ({route.name}) speaks HTTP/3 and sends $http_host, which is empty there",
            evidence=(host.directive.quote(), quic.quote(), *route.quotes()),
            resource=route.name,
            remedy=change_nginx("Send the host that HTTP/3 gives, too.", f"proxy_set_header Host $host{port};"),
        )

    return each_route(nginx, config, gitlab, judge)
