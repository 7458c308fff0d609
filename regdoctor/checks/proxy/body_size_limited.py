"""PROXY-05: nginx refuses layers that are bigger than client_max_body_size."""

import re
from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import PULLS_ONLY, change_nginx, each_route, takes_pulls_only
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_SIZE = re.compile(r"(?P<number>[0-9]{1,18})(?P<unit>[kKmMgG]?)")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_USUAL = 100 << 20
"""Bytes. The base layers of common images (language runtimes, CUDA, build tools) are bigger: pushes fail every day."""
_LARGE = 1 << 30
"""Bytes. Layers above are rare, and a limit of that size was chosen by somebody."""


@check(
    title="nginx takes layers of any size",
    severity=Severity.ERROR,
    failure_modes=("PROXY-05",),
    symptoms=("413 Request Entity Too Large", "client intended to send too large body"),
    reference="https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size",
)
def body_size_limited(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """docker sends each layer as one request, and nginx refuses one that is bigger than client_max_body_size with 413.

    Its default is 1m, so that nearly every push fails: `error parsing HTTP 413 response body: invalid character '<'`.
    Every proxy between client and registry counts; that one of them allows more helps nothing. A limit below 100 MB is
    an error here, for ordinary images have such layers; one below 1 GB is a warning; 0 means none at all.

    Set client_max_body_size to 0 where nginx passes the registry's requests on.
    """

    def judge(route: Route) -> Outcome:
        if takes_pulls_only(route):
            return Skip(PULLS_ONLY)
        directive = route.location.scope.setting("client_max_body_size")
        if directive is None:
            return _fail(route, "its default, 1m", ())
        text = directive.args[0] if directive.args else ""
        size = _bytes(text)
        if size is None:
            return Unknown(f"client_max_body_size is no size: {text} ({directive.where()})")
        if size == 0 or size >= _LARGE:
            return Pass(f"client_max_body_size {text}")
        severity = Severity.WARNING if size >= _USUAL else None
        return _fail(route, text, (directive.quote(),), severity)

    return each_route(nginx, config, gitlab, judge)


def _fail(route: Route, limit: str, said: tuple[Quote, ...], severity: Severity | None = None) -> Fail:
    return Fail(
        f"nginx ({route.name}) refuses requests above client_max_body_size, {limit}: bigger layers cannot be pushed",
        evidence=(*said, *route.quotes()),
        resource=route.name,
        severity=severity,
        remedy=change_nginx("Let layers of any size through.", "client_max_body_size 0;"),
    )


def _bytes(text: str) -> int | None:
    """A size as nginx writes it (ngx_parse_offset); None for what is none."""
    parts = _SIZE.fullmatch(text)
    return int(parts["number"]) * _UNITS[parts["unit"].lower()] if parts else None
