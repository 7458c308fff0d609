"""PROXY-16: something else than a registry answers at the registry's address."""

from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.proxied_answers import author_in_words
from regdoctor.injection import Absent

_DEPENDENCY_PROXY = "dependency_proxy"
"""The service that GitLab itself names in its answer to GET /v2/ (its route `groups/dependency_proxy_auth`)."""


@check(
    title="It is a registry that answers",
    severity=Severity.CRITICAL,
    failure_modes=("PROXY-16", "PROXY-13"),
    symptoms=(
        "invalid character '<' looking for beginning of value",
        "error parsing HTTP 405 response body",
        "404 page not found",
    ),
    explains=("api_version_header_missing",),
    reference="https://distribution.github.io/distribution/spec/api/#api-version-check",
)
def not_a_registry(public: PublicAnswer, internal: InternalAnswer | Absent) -> Outcome:
    """GET /v2/ of a registry answers 200 or 401, with its API header or with JSON.

    Where an HTML page, a redirect or a bare 404 comes back, another server block took the request (a default vhost,
    a login page, GitLab itself), or the registry is served below a path: docker always asks /v2/ at the root of the
    host.

    Make the proxy pass /v2/ of this very name and port on to the registry.
    """
    ping = public.best
    exchange = ping.exchange
    if exchange.failure is not None:
        return Unknown(exchange.failure.message)
    if ping.gateway_error:
        return Skip(f"a proxy answers {exchange.status}: see registry_unreachable")
    if any(challenge.service == _DEPENDENCY_PROXY for challenge in ping.challenges):
        return _foreign(ping, internal, "GitLab's own dependency proxy answers")
    if ping.is_registry or any(challenge.is_bearer for challenge in ping.challenges):
        return Pass(f"{ping.endpoint.url}/v2/ is a registry's")
    if not _is_foreign(ping):
        return Unknown(f"whether a registry wrote this is not clear: {exchange.quote('Location').quote}")
    return _foreign(ping, internal, f"GET /v2/ gives {exchange.status}{_body(ping)}{author_in_words(exchange)}")


def _foreign(ping: Ping, internal: InternalAnswer | Absent, what: str) -> Fail:
    exchange = ping.exchange
    real = internal.ping if isinstance(internal, InternalAnswer) and internal.ping.is_registry else None
    return Fail(
        f"What answers at {ping.endpoint.url} is not the registry: {what}",
        evidence=(
            exchange.quote(*(name for name in ("Location", "WWW-Authenticate") if exchange.header(name))),
            *((real.exchange.quote(),) if real else ()),
        ),
        resource=ping.endpoint.url,
        failure_modes=("PROXY-16", "PROXY-13") if exchange.status == 404 else ("PROXY-16",),
        remedy={
            Dialect.OMNIBUS: Remedy(
                "See that registry_external_url in /etc/gitlab/gitlab.rb names this host and port, and that no other "
                "server block listens there; then write nginx's configuration again.",
                (
                    "sudo grep -n registry_external_url /etc/gitlab/gitlab.rb",
                    "sudo grep -rn 'listen\\|server_name' /var/opt/gitlab/nginx/conf/gitlab-registry.conf",
                    "sudo gitlab-ctl reconfigure",
                ),
            ),
            Dialect.PLAIN: Remedy(
                "Let the proxy pass /v2/ of this name and port on to the registry"
                + (f", which answers at {real.endpoint.url}." if real else "."),
                (f"curl -si {ping.endpoint.url}/v2/ | head -n 20",),
            ),
        },
    )


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
        return f" to {location}"
    return f" with {kind.partition(';')[0]}" if kind else ""
