"""PROXY-18: nginx looks for the registry at ::1, where it does not listen."""

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.checks.proxy import RELOAD, each_route
from regdoctor.evidence.listening_address import listens_at
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="nginx finds the registry at the address where it listens",
    severity=Severity.WARNING,
    failure_modes=("PROXY-18",),
    symptoms=("connect() failed (111: Connection refused) while connecting to upstream",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def upstream_is_localhost(
    nginx: NginxConfig, config: RegistryConfig, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """Where /etc/hosts gives localhost an IPv6 address, nginx takes it for two servers, ::1 and 127.0.0.1, in turn.

    A registry with http.addr 127.0.0.1:5000 does not listen on ::1. Every other request is refused there first; nginx
    then tries the other address and writes `connect() failed (111: Connection refused)` to its log, and sends 502
    where both are out of favour for a moment.

    Write the address, 127.0.0.1, into proxy_pass and `upstream`; with Omnibus set registry_http_addr to it, too.
    """

    def judge(route: Route) -> Outcome:
        named = next((one for one in route.destination.addresses if one.host == "localhost"), None)
        listening = listens_at(config)
        if named is None or listening is None:
            return Pass("nginx does not look for the registry by the name localhost")
        host, port = listening
        if host not in ("127.0.0.1", "localhost") or port != named.port:
            return Pass("the registry listens on IPv6, too, as far as its configuration shows")
        if nginx.ipv6_localhost is None:
            return Pass("nothing shows that localhost has an IPv6 address here")
        if route.destination.by_variable:
            return Unknown("nginx asks its resolver for localhost, which may or may not know ::1")
        address = config.http_address()
        return Fail(
            f"nginx ({route.name}) looks for the registry at localhost, which is ::1, too; it listens on IPv4 only",
            evidence=(named.directive.quote(), *((address.quote(),) if address else ()), nginx.ipv6_localhost),
            resource=route.name,
            remedy=_remedies(port or 5000, route),
        )

    return each_route(nginx, config, gitlab, judge)


def _remedies(port: int, route: Route) -> Remedies:
    line = f"server 127.0.0.1:{port};" if route.destination.upstream else f"proxy_pass http://127.0.0.1:{port};"
    return {
        Dialect.OMNIBUS: Remedy(
            "Name the address in /etc/gitlab/gitlab.rb; Omnibus writes it into nginx's configuration, too.",
            (f"registry['registry_http_addr'] = \"127.0.0.1:{port}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.PLAIN: Remedy("Name the address in nginx, and reload it.", (line, RELOAD)),
    }
