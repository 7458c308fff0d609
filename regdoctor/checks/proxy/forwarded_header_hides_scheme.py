"""PROXY-23: a Forwarded header without the scheme switches X-Forwarded-Proto off."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.checks.proxy import change_nginx, each_route, public_of
from regdoctor.evidence.forwarded_headers import hides_scheme, location_is_fixed, registry_speaks_tls, told
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="Forwarded, where it is sent, says the scheme",
    severity=Severity.ERROR,
    failure_modes=("PROXY-23",),
    symptoms=("Retrying in", "unauthorized: authentication required"),
    explains=("location_wrong_scheme",),
    reference="https://www.rfc-editor.org/rfc/rfc7239#section-5.4",
)
def forwarded_header_hides_scheme(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """A registry that gets a Forwarded header (RFC 7239) reads scheme and host from there and from nowhere else.

    `Forwarded: for=192.0.2.1` says neither. X-Forwarded-Proto is not looked at any more, and the registry writes
    http:// into Location though nginx says https beside it: login works, and pushes fail.

    Add proto to the Forwarded header, or do not send it.
    """

    def judge(route: Route) -> Outcome:
        fixed = location_is_fixed(config)
        if fixed or registry_speaks_tls(route, config):
            return Pass(fixed or "the registry takes TLS itself")
        hiding = hides_scheme(route, nginx)
        if hiding is None or hiding.directive is None:
            return Pass("nginx sends no Forwarded header without the scheme")
        proto, public = told("X-Forwarded-Proto", route, nginx), public_of(route, gitlab)
        https = route.server.ends_tls or "https" in proto.texts or (public is not None and public.scheme == "https")
        if not https:
            return Unknown(f"whether clients come by https is not known ({hiding.directive.where()})")
        beside: tuple[Quote, ...] = (proto.directive.quote(),) if proto.directive is not None else ()
        return Fail(
            f"nginx ({route.name}) sends Forwarded without proto=, so the registry takes every request for http",
            evidence=(hiding.directive.quote(), *beside, *route.quotes()),
            resource=route.name,
            remedy=change_nginx("Send no Forwarded header to the registry.", 'proxy_set_header Forwarded "";'),
        )

    return each_route(nginx, config, gitlab, judge)
