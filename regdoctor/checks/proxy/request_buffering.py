"""PROXY-08, PROXY-09: nginx writes every layer to its own disk before it passes it on."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, check
from regdoctor.checks.proxy import PULLS_ONLY, change_nginx, each_route, takes_pulls_only
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="nginx passes layers on while they come in, where it is told to",
    severity=Severity.WARNING,
    failure_modes=("PROXY-08", "PROXY-09"),
    symptoms=("a client request body is buffered to a temporary file", "411 Length Required"),
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_request_buffering",
)
def request_buffering(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """With proxy_request_buffering on, nginx keeps a whole layer on its disk before the registry sees the first byte.

    Pushes of large layers are slow, fill the disk below client_body_temp_path, and run into timeouts. As nginx's own
    default, which the recipe of the registry's documentation keeps, that works and is no finding here. It is one where
    somebody wrote `on`; and where somebody wrote `off` and it does nothing: docker sends layers in chunks, and these
    nginx keeps in any case unless it speaks HTTP/1.1 to the registry.

    Set proxy_request_buffering to off together with proxy_http_version 1.1.
    """

    def judge(route: Route) -> Outcome:
        if takes_pulls_only(route):
            return Skip(PULLS_ONLY)
        scope = route.location.scope
        buffering, version = scope.setting("proxy_request_buffering"), scope.setting("proxy_http_version")
        if buffering is None:
            return Pass("nginx buffers requests, which is its default")
        on = buffering.args[:1] == ("on",)
        old = version.args[:1] == ("1.0",) if version is not None else None
        if on:
            case, severity = "is told to keep each layer on its disk before it passes it on", None
        elif old is False:
            return Pass("nginx passes requests on while they come in")
        elif old:
            case, severity = "keeps chunked layers on its disk all the same, since it speaks HTTP/1.0 upstream", None
        else:
            case = "keeps chunked layers on its disk all the same: before 1.29.7 it speaks HTTP/1.0 unless told"
            severity = Severity.INFO
        quoted = [buffering] if version is None else [buffering, version]
        return Fail(
            f"nginx ({route.name}) {case}",
            evidence=(*(one.quote() for one in quoted), *route.quotes()),
            resource=route.name,
            severity=severity,
            failure_modes=("PROXY-08",) if on else ("PROXY-08", "PROXY-09"),
            remedy=change_nginx(
                "Let nginx pass layers on while they come in.",
                "proxy_request_buffering off;",
                "proxy_http_version 1.1;",
            ),
        )

    return each_route(nginx, config, gitlab, judge)


@sign(request_buffering, kinds=(ApiKind.UPLOAD_CHUNK,), statuses=(202,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A layer that comes by HTTP/1.0 was kept whole before: that version has no bodies in chunks (RFC 1945)."""
    if call.recorded.http_version != "HTTP/1.0" or call.kind is not ApiKind.UPLOAD_CHUNK or call.status != 202:
        return None
    origin = origin_of(call)
    return Fail(
        f"A proxy speaks HTTP/1.0 to {origin}: it keeps each layer on its disk before it passes it on",
        evidence=(call.exchange.quote(), Quote(call.exchange.quote().source, "the request is of HTTP/1.0")),
        resource=origin,
        severity=Severity.INFO,
        remedy=change_nginx(
            "Let the proxy pass layers on while they come in.",
            "proxy_request_buffering off;",
            "proxy_http_version 1.1;",
        ),
    )
