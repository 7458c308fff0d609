"""PROXY-05, PROXY-06, PROXY-07: what stands before the registry refuses layers above some size."""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import PULLS_ONLY, change_nginx, each_route, takes_pulls_only
from regdoctor.distribution.body_limits import NGINX, NGINX_NAMES, BodyLimit, body_limit_of
from regdoctor.distribution.page_authors import Author, author_of
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import WITH_BODY, answered_by_registry_or_proxy, origin_of, request_header
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import written_by
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_SIZE = re.compile(r"(?P<number>[0-9]{1,18})(?P<unit>[kKmMgG]?)")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_DEFAULT = 1 << 20
"""Bytes: nginx's own client_max_body_size."""
_USUAL = 100 << 20
"""Bytes. The base layers of common images (language runtimes, CUDA, build tools) are bigger: pushes fail every day."""
_LARGE = 1 << 30
"""Bytes. Layers above are rare, and a limit of that size was chosen by somebody."""


@check(
    title="Layers of any size get through to the registry",
    severity=Severity.ERROR,
    failure_modes=("PROXY-05", "PROXY-06", "PROXY-07"),
    symptoms=(
        "413 Request Entity Too Large",
        "413 Payload Too Large",
        "client intended to send too large body",
        "unexpected status: 413",
    ),
    reference="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14",
)
def body_size_limited(
    limit: UploadLimit | Absent,
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
) -> Iterable[Outcome]:
    """docker sends each layer as one request, and proxies refuse requests that are too large with 413.

    The default of nginx's client_max_body_size is 1m, so that nearly every push fails: `error parsing HTTP 413
    response body: invalid character '<'`. Cloudflare's plans allow 100 to 500 MB, Amazon API Gateway 10 MB,
    ModSecurity's recommended configuration 13107200 bytes. Every proxy between client and registry counts; that one
    of them allows more helps nothing.

    With --allow-writes uploads that grow show the limit, and whose it is: bodies up to 8 MiB are sent, larger ones up
    to 128 MiB are announced to the first proxy only, which refuses them by their length. A larger limit of a proxy
    further in does not show this way. nginx's configuration is judged with it and without it. A limit below 100 MB is
    an error here, for ordinary images have such layers; one below 1 GB is a warning; 0 means none at all.

    Set client_max_body_size of nginx to 0 where the registry's requests are passed on; in another proxy remove what
    limits them.
    """
    if isinstance(nginx, Absent):
        yield _without_nginx(limit, nginx)
        return
    measured = limit if isinstance(limit, UploadLimit) else None
    configured = tuple(each_route(nginx, config, gitlab, lambda route: _by_config(route, measured)))
    if measured is None:
        yield from configured
        return
    wrong = [one for one in configured if isinstance(one, Fail)]
    refusal = measured.refusal
    if refusal is not None and not any(refusal.quote() in one.evidence for one in wrong):
        yield _refused(measured, refusal)
    yield from wrong
    if refusal is None and not wrong:
        passed = next((one for one in configured if isinstance(one, Pass)), None)
        yield passed if passed is not None and measured.unfinished else _not_refused(measured)


def _without_nginx(limit: UploadLimit | Absent, nginx: Absent) -> Outcome:
    if isinstance(limit, UploadLimit):
        return _refused(limit, limit.refusal) if limit.refusal is not None else _not_refused(limit)
    absent = nginx if nginx.applicable and not limit.applicable else limit
    return Unknown(absent.reason) if absent.applicable else Skip(absent.reason)


def _by_config(route: Route, measured: UploadLimit | None) -> Outcome:
    if takes_pulls_only(route):
        return Skip(PULLS_ONLY)
    directive = route.location.scope.setting("client_max_body_size")
    text = "its default, 1m" if directive is None else " ".join(directive.args[:1])
    size = _DEFAULT if directive is None else _bytes(text)
    if size is None and directive is not None:
        return Unknown(f"client_max_body_size is no size: {text} ({directive.where()})")
    if not size or size >= _LARGE:
        return Pass(f"client_max_body_size {text}")
    said = (*((directive.quote(),) if directive is not None else ()), *route.quotes())
    if measured is not None and measured.refusal is not None and _is_that_limit(size, measured):
        return _refused(measured, measured.refusal, route.name, said)
    if measured is not None and size < measured.let_in and _is_asked(route, measured):
        return Unknown(
            f"client_max_body_size of nginx ({route.name}) is {text}, and a body of {measured.let_in:,} bytes was not "
            "refused: nginx runs with another configuration"
        )
    return Fail(
        f"nginx ({route.name}) refuses requests above client_max_body_size, {text}: bigger layers cannot be pushed",
        evidence=said,
        resource=route.name,
        severity=_severity(size),
        failure_modes=("PROXY-05",),
        remedy=change_nginx(NGINX.advice, *NGINX.lines),
    )


def _is_that_limit(size: int, measured: UploadLimit) -> bool:
    """Whether a limit of nginx of `size` bytes is what the measured uploads met."""
    author = _author(measured)
    is_nginx = measured.refusal is not None and (author is None or author.name in NGINX_NAMES)
    return is_nginx and measured.let_in <= size < (measured.refused or 0)


def _is_asked(route: Route, measured: UploadLimit) -> bool:
    """Whether the uploads came by this server of nginx, by name and port."""
    listens = route.server.listens
    return measured.asked.host in route.server.names and any(one.port == measured.asked.port for one in listens)


def _refused(measured: UploadLimit, refusal: Exchange, route: str = "", said: tuple[Quote, ...] = ()) -> Fail:
    """The finding of the measured uploads, with the route of nginx whose limit it is, where that is known."""
    refused = measured.refused or measured.let_in + 1
    author = _author(measured)
    cause = NGINX if route else body_limit_of(author.name if author else None, measured.limit)
    who = f"nginx ({route})" if route else _whose(author, measured)
    does = "cuts the connection of" if measured.is_cut else "refuses"
    if measured.limit is not None:
        sizes = f"{does} requests above {measured.limit:,} bytes"
    else:
        sizes = f"{does} a request of {refused:,} bytes and lets one of {measured.let_in:,} bytes through"
    by = f" ({cause.set_by})" if cause.set_by else ""
    return Fail(
        f"{who} {sizes}{by}: bigger layers cannot be pushed",
        evidence=(refusal.quote(), *_page(author), *said),
        resource=route or measured.asked.url,
        severity=_severity(refused - 1),
        failure_modes=(cause.failure_mode,),
        remedy=_remedies(cause),
    )


def _whose(author: Author | None, measured: UploadLimit) -> str:
    if author is None:
        return f"What stands before {measured.asked.url}"
    return f"{author.name[:1].upper()}{author.name[1:]}" if author.name not in NGINX_NAMES else author.name


def _page(author: Author | None) -> Iterator[Quote]:
    if author is not None:
        yield Quote("the answer that refuses", author.because)


def _not_refused(measured: UploadLimit) -> Outcome:
    sent = f"a body of {measured.taken:,} bytes got through"
    if measured.unfinished:
        return Unknown(f"{sent if measured.taken else 'no body got through'}; then {measured.unfinished}")
    return Pass(f"{sent}, and one of {measured.let_in:,} bytes that was announced was not refused")


def _author(measured: UploadLimit) -> Author | None:
    refusal = measured.refusal
    return author_of(refusal.status, refusal.headers, refusal.body) if refusal is not None else None


def _severity(size: int) -> Severity | None:
    return Severity.WARNING if size >= _USUAL else None


def _remedies(cause: BodyLimit) -> Remedies:
    return (
        change_nginx(cause.advice, *cause.lines)
        if cause is NGINX
        else {Dialect.PLAIN: Remedy(cause.advice, cause.lines)}
    )


def _bytes(text: str) -> int | None:
    """A size as nginx writes it (ngx_parse_offset); None for what is none."""
    parts = _SIZE.fullmatch(text)
    return int(parts["number"]) * _UNITS[parts["unit"].lower()] if parts else None


@sign(body_size_limited, kinds=WITH_BODY, statuses=(HTTPStatus.REQUEST_ENTITY_TOO_LARGE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or call.kind not in WITH_BODY:
        return None
    author = written_by(call.exchange)
    if not answered_by_registry_or_proxy(call) or (author is not None and author.is_registry):
        return None
    cause, origin = body_limit_of(author.name if author else None, None), origin_of(call)
    announced = whole_number(request_header(call.exchange, "Content-Length"))
    size = f" of {announced:,} bytes" if announced else ""
    who = author.opening if author else f"What stands before {origin}"
    by = f" ({cause.set_by})" if cause.set_by else ""
    return Fail(
        f"{who} refuses a {call.exchange.method}{size} with 413{by}: bigger layers cannot be pushed",
        evidence=(call.exchange.quote(), *_page(author)),
        resource=origin,
        severity=_severity(announced - 1) if announced else None,
        failure_modes=(cause.failure_mode,),
        remedy=_remedies(cause),
    )
