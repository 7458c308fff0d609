"""PROXY-16, PROXY-13, PROXY-21: something else than a registry answers at the registry's address."""

from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.page_authors import is_page
from regdoctor.evidence.answers import API_VERSION_HEADER, InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, ping_of, request_header
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.remedies import remove
from regdoctor.sign import Seen, sign

_DEPENDENCY_PROXY = "dependency_proxy"
"""The service that GitLab itself names in its answer to GET /v2/ (its route `groups/dependency_proxy_auth`)."""
_MAY_PASS = (400, 429)
"""What a proxy says of one request or of one client, while it serves others: a certificate is missing, too many."""
_IT_MAY_BE = {
    403: "a firewall's rule or a list of addresses may refuse this client",
    404: "it may be another virtual host, or the registry may be served below a path",
}


@check(
    title="It is a registry that answers",
    severity=Severity.CRITICAL,
    failure_modes=("PROXY-16", "PROXY-13", "PROXY-21"),
    symptoms=(
        "invalid character '<' looking for beginning of value",
        "error parsing HTTP 405 response body",
        "404 page not found",
        "403 Forbidden",
    ),
    explains=("api_version_header_missing",),
    reference="https://distribution.github.io/distribution/spec/api/#api-version-check",
)
def not_a_registry(public: PublicAnswer, internal: InternalAnswer | Absent) -> Outcome:
    """GET /v2/ of a registry answers 200 or 401, with its API header or with JSON.

    Where an HTML page, a redirect or a bare 404 comes back, another server block took the request (a default vhost,
    a login page, GitLab itself), a firewall refused it, or the registry is served below a path: docker always asks
    /v2/ at the root of the host. A registry that http.prefix moved says `404 page not found` there.

    Make the proxy pass /v2/ of this very name and port on to the registry. Remove http.prefix.
    """
    ping = public.best
    exchange = ping.exchange
    if exchange.failure is not None:
        return Unknown(exchange.failure.message)
    if ping.gateway_error:
        return Skip(f"a proxy answers {exchange.status}: see registry_unreachable")
    if any(challenge.service == _DEPENDENCY_PROXY for challenge in ping.challenges):
        return _foreign(ping, internal, "GitLab's own dependency proxy answers")
    if ping.knows_no_v2:
        return _moved(ping, internal)
    if ping.is_registry or any(challenge.is_bearer for challenge in ping.challenges):
        return Pass(f"{ping.endpoint.url}/v2/ is a registry's")
    if secured := _secured(ping):
        return Unknown(
            f"{ping.endpoint.url}/v2/ sends clients on to https: examine that address (--registry {secured})"
        )
    if not (_is_foreign(ping) or _is_signed(ping)):
        return Unknown(f"whether a registry wrote this is not clear: {exchange.quote('Location').quote}")
    by = f" (written by {ping.signature})" if ping.author else ""
    return _foreign(ping, internal, f"GET /v2/ gives {exchange.status}{_body(ping)}{by}")


def _moved(ping: Ping, internal: InternalAnswer | Absent) -> Fail:
    """A program of Go that knows no /v2/; it is a registry where it sends a registry's header."""
    inner = internal.ping if isinstance(internal, InternalAnswer) else None
    says = "GET /v2/ gives 404 page not found"
    if not ping.is_registry:
        return _foreign(ping, internal, f"{says}, as Traefik says it of a name that it knows not")
    by_proxy = inner is not None and inner.is_registry and not inner.knows_no_v2
    by_prefix = inner is not None and inner.knows_no_v2
    why = "http.prefix moved it below a path" if by_prefix else "the proxy asks it for another path"
    if not (by_proxy or by_prefix):
        why = "http.prefix moved it below a path, or a proxy asks it for another one"
    passed = "Let the proxy pass /v2/ on as it is: in nginx, proxy_pass names host and port and no path."
    return Fail(
        f"The registry at {ping.endpoint.url} is not asked for /v2/, or knows none: {says}; {why}",
        evidence=(ping.exchange.quote(API_VERSION_HEADER), *((inner.exchange.quote(),) if inner is not None else ())),
        resource=ping.endpoint.url,
        failure_modes=("PROXY-13",),
        remedy={Dialect.PLAIN: Remedy(passed)}
        if by_proxy
        else remove("http.prefix", f"{'' if by_prefix else passed + ' '}Serve the registry at the root."),
    )


def _foreign(ping: Ping, internal: InternalAnswer | Absent, what: str) -> Fail:
    exchange = ping.exchange
    status = exchange.status or 0
    real = internal.ping if isinstance(internal, InternalAnswer) and internal.ping.is_registry else None
    may_be = f"; {_IT_MAY_BE[status]}" if status in _IT_MAY_BE else ""
    more = {404: ("PROXY-13",), 403: ("PROXY-21",)}.get(status, ())
    return Fail(
        f"What answers at {ping.endpoint.url} is not the registry: {what}{may_be}",
        evidence=(
            exchange.quote(*(name for name in ("Location", "WWW-Authenticate") if exchange.header(name))),
            *((Quote("the page that answers", ping.author.because),) if ping.author is not None else ()),
            *((real.exchange.quote(),) if real else ()),
        ),
        resource=ping.endpoint.url,
        failure_modes=("PROXY-16", *more),
        remedy=_remedies(ping, real),
    )


def _remedies(ping: Ping, real: Ping | None) -> Remedies:
    refuses = ping.exchange.status == 403
    whose = ping.signature or "what answers"
    allow = f", and take away the rule of {whose} that refuses this client" if refuses else ""
    return {
        Dialect.OMNIBUS: Remedy(
            "See that registry_external_url in /etc/gitlab/gitlab.rb names this host and port, and that no other "
            f"server block listens there{allow}; then write nginx's configuration again.",
            (
                "sudo grep -n registry_external_url /etc/gitlab/gitlab.rb",
                "sudo grep -rn 'listen\\|server_name' /var/opt/gitlab/nginx/conf/gitlab-registry.conf",
                "sudo gitlab-ctl reconfigure",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Let the proxy pass /v2/ of this name and port on to the registry"
            + (f", which answers at {real.endpoint.url}" if real else "")
            + f"{allow}.",
            (f"curl -si {ping.endpoint.url}/v2/ | head -n 20",),
        ),
    }


def _secured(ping: Ping) -> str:
    """Where a redirect from http leads to the API by https, as an address to examine; empty for any other answer."""
    location = ping.exchange.header("Location") or ""
    if ping.exchange.status not in (301, 302, 303, 307, 308) or ping.endpoint.scheme != "http":
        return ""
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    is_api = parts.scheme == "https" and bool(parts.netloc) and parts.path.startswith("/v2")
    return f"https://{parts.netloc}" if is_api else ""


def _is_signed(ping: Ping) -> bool:
    """Whether another's signature is on an error that is not this request's own, and asks for no password."""
    status = ping.exchange.status or 0
    return ping.author is not None and status >= 400 and status not in _MAY_PASS and not ping.challenges


def _is_foreign(ping: Ping) -> bool:
    """Whether no registry answers GET /v2/ so (distribution-spec, end-1: 200, 401 or, where there is none, 404).

    Not so certain: a page that a WAF or a rate limit puts before a registry, a password that a proxy asks for, a
    redirect to the same path by https, an answer without a body.
    """
    exchange = ping.exchange
    status = exchange.status or 0
    if 300 <= status < 400:
        return not _leads_to_api(exchange.header("Location") or "")
    if status in (404, 405):
        return True
    kind = (exchange.header("Content-Type") or "").lower()
    is_page = kind.startswith(("text/html", "application/xhtml")) or exchange.body.lstrip().startswith(b"<")
    return is_page and status in (200, 401) and not ping.challenges


def _leads_to_api(location: str) -> bool:
    try:
        return urlsplit(location).path.startswith("/v2") or not location
    except ValueError:
        return False


def _body(ping: Ping) -> str:
    kind = ping.exchange.header("Content-Type")
    location = ping.exchange.header("Location")
    if location:
        return f" to {short(location)}"
    return f" with {short(kind.partition(';')[0])}" if kind else ""


@sign(not_a_registry, kinds=(ApiKind.PING,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.kind is not ApiKind.PING or call.exchange.method != "GET" or not answered_by_registry_or_proxy(call):
        return None
    if call.api is not None and call.api.before:
        return None  # clients of registries ask at the root; below a path it is another program's, as likely
    # Other programs have a /v2/ of their own, which browsers ask for; clients of registries do not call themselves so.
    if request_header(call.exchange, "User-Agent").startswith("Mozilla/"):
        return None
    if _is_surely_one(call.exchange):
        return None
    told = not_a_registry.judge(PublicAnswer(ping_of(call)), Absent("a recording does not see the registry itself"))
    return told if isinstance(told, Fail) else None


def _is_surely_one(exchange: Exchange) -> bool:
    """What nearly all first calls are answered with, told without taking the challenge apart."""
    return (
        exchange.failure is None
        and exchange.status in (200, 401)
        and exchange.header(API_VERSION_HEADER) is not None
        and not is_page(exchange.headers, exchange.body)
        and not any(_DEPENDENCY_PROXY in value for value in exchange.header_all("WWW-Authenticate"))
    )
