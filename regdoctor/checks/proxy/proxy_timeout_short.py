"""PROXY-10: nginx gives up on the registry, or on the client, before a large layer is through."""

import re
from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.checks.proxy import PULLS_ONLY, change_nginx, each_route, takes_pulls_only
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import TIMED_OUT, UPLOADS, origin_of, waited_in_vain
from regdoctor.evidence.proxied_answers import written_by
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies.proxies import for_author
from regdoctor.sign import Seen, sign

_TIMEOUTS = ("proxy_read_timeout", "proxy_send_timeout", "client_body_timeout")
_LONG_CALLS = UPLOADS | {ApiKind.MANIFEST_PUT, ApiKind.BLOB_GET, ApiKind.BLOB_HEAD}
_WHY = "Let the proxy wait 900 seconds for the registry and for clients."
_DEFAULT = 60.0
"""Seconds: nginx's default of all three."""
_TIME = re.compile(r"(?P<number>[0-9]{1,12})(?P<unit>ms|s|m|h|d|w|M|y|)")
_SECONDS = {
    "ms": 0.001,
    "": 1.0,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
    "M": 2592000.0,
    "y": 31536000.0,
}


@check(
    title="nginx waits long enough for large layers",
    severity=Severity.WARNING,
    failure_modes=("PROXY-10",),
    symptoms=("504 Gateway Time-out", "unexpected EOF", "client disconnected during blob PATCH"),
    reference="https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
)
def proxy_timeout_short(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """The registry answers the end of an upload only when the layer is in its place; in a bucket that is a copy.

    For a big layer this takes minutes, and nginx ends the wait after proxy_read_timeout with 504 Gateway Time-out.
    Its default is 60 seconds, which the recipes raise to 900; a value below the default, of proxy_read_timeout,
    proxy_send_timeout or client_body_timeout, makes it happen with layers of ordinary size and slow lines.

    Set the timeouts to 900 seconds where nginx passes the registry's requests on.
    """

    def judge(route: Route) -> Outcome:
        if takes_pulls_only(route):
            return Skip(PULLS_ONLY)
        short = [one for name in _TIMEOUTS if (one := route.location.scope.setting(name)) and _is_short(one)]
        if not short:
            return Pass("no timeout is below nginx's default of 60 s")
        names = " and ".join(f"{one.name} {' '.join(one.args)}" for one in short)
        return Fail(
            f"nginx ({route.name}) gives up early on large layers: {names}",
            evidence=(*(one.quote() for one in short), *route.quotes()),
            resource=route.name,
            remedy=change_nginx("Let nginx wait for large layers.", *(f"{one.name} 900s;" for one in short)),
        )

    return each_route(nginx, config, gitlab, judge)


def _is_short(directive: Directive) -> bool:
    """Whether its time is below the default; one that cannot be read is not (nginx itself refuses it)."""
    text = "".join(directive.args)
    parts = list(_TIME.finditer(text))
    if not text or "".join(part[0] for part in parts) != text:
        return False
    return sum(int(part["number"]) * _SECONDS[part["unit"]] for part in parts) < _DEFAULT


@sign(proxy_timeout_short, kinds=_LONG_CALLS, statuses=TIMED_OUT)
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind not in _LONG_CALLS or not waited_in_vain(call, story):
        return None
    author, origin = written_by(call.exchange), origin_of(call)
    return Fail(
        f"{author.opening if author else 'A proxy'} at {origin} gives up with {call.status} after "
        f"{call.exchange.seconds:.0f} s on {call.exchange.method} ({call.kind}): the registry answers other requests",
        evidence=(call.exchange.quote(),),
        resource=origin,
        remedy=for_author(
            author,
            _WHY,
            change_nginx(_WHY, *(f"{name} 900s;" for name in _TIMEOUTS)),
            {
                "Apache": "ProxyTimeout 900",
                "HAProxy": "# in the frontend and in the backend:\ntimeout client 900s\ntimeout server 900s",
            },
        ),
    )
