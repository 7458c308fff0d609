"""GL-07: the URL of the registry and the nginx in front of it disagree on where TLS ends."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.remedies import RECONFIGURE, in_nginx_words

_LISTEN = "registry['nginx']['listen_port'] = 5080"
_FORWARDED = (
    'registry[\'nginx\'][\'proxy_set_headers\'] = { "X-Forwarded-Proto" => "https", "X-Forwarded-Ssl" => "on" }'
)
_NO_TLS = "registry['nginx']['listen_https'] = false"


@check(
    title="registry_external_url agrees with where TLS ends",
    severity=Severity.WARNING,
    failure_modes=("GL-07",),
    explains=("location_wrong_scheme",),
    reference="https://docs.gitlab.com/omnibus/settings/nginx/#external-proxy-and-load-balancer-ssl-termination",
)
def outer_tls_undeclared(rb: GitLabRb) -> Iterator[Outcome]:
    """registry_external_url is what clients use; the nginx of Omnibus takes its scheme and port from it.

    Where a proxy in front ends TLS, the URL still begins with https, and nginx must be told: listen_https false, and
    listen_port with the port on which the proxy reaches it. Without listen_port nginx speaks plain HTTP on the
    port of the URL, so that whoever reaches it there with https gets `server gave HTTP response to HTTPS client`.
    Headers that say another scheme than the URL make the registry hand out upload addresses with that scheme:
    logins work, and pushes fail.

    Write the URL as clients see it, set listen_https and listen_port for what the proxy uses, leave
    proxy_set_headers to Omnibus or let them say the scheme of the URL, and reconfigure.
    """
    url = rb.given("registry_external_url")
    scheme, port = _scheme_and_port(url)
    if url is None or scheme not in ("http", "https"):
        yield Skip("gitlab.rb has no http or https URL for the registry")
        return
    if any(
        switch is not None and switch.switch() is False for switch in (rb.given("nginx", "enable"), rb.nginx("enable"))
    ):
        yield Skip("the nginx of Omnibus does not serve the registry")
        return
    found = [
        one for one in (_port(rb, url, scheme, port), _listener(rb, url, scheme), _headers(rb, url, scheme)) if one
    ]
    for fail in found:
        remedy = fail.remedy[Dialect.PLAIN]
        worded = replace(remedy, commands=in_nginx_words(rb, *remedy.commands))
        yield replace(fail, remedy={Dialect.PLAIN: worded})
    if not found:
        yield Pass(f"{url.text()}, and nothing in gitlab.rb contradicts it")


def _scheme_and_port(url: Located | None) -> tuple[str, int]:
    """Of a URL that Omnibus takes; what it refuses is for external_url_unusable."""
    try:
        found = urlsplit((url.text() or "") if url is not None else "")
        port = found.port or 443
    except ValueError:
        return "", 0
    return found.scheme if found.hostname else "", port


def _port(rb: GitLabRb, url: Located, scheme: str, port: int) -> Fail | None:
    """https outside, plain HTTP inside, and no port of its own for it."""
    listens = rb.nginx("listen_https")
    if scheme != "https" or listens is None or listens.switch() is not False or rb.nginx("listen_port") is not None:
        return None
    return _fail(
        f"{listens.name} is false and there is no listen_port, so nginx speaks plain HTTP on port {port}, where "
        f"{url.text()} promises https",
        (url, listens),
        Remedy(
            "Give nginx a port of its own for the proxy that ends TLS, have the proxy send the registry's requests "
            "there, and say in the headers that clients came with https:",
            (_LISTEN, _NO_TLS, _FORWARDED, RECONFIGURE),
        ),
    )


def _listener(rb: GitLabRb, url: Located, scheme: str) -> Fail | None:
    """http outside, while nginx is told to speak TLS."""
    listens = rb.nginx("listen_https")
    if scheme != "http" or listens is None or listens.switch() is not True:
        return None
    return _fail(
        f"{url.name} is {url.text()}, while {listens.name} is true: clients speak plain HTTP to TLS",
        (url, listens),
        Remedy(
            "Write registry_external_url with https, and remove listen_https, which then is on by itself.",
            ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE),
        ),
    )


def _headers(rb: GitLabRb, url: Located, scheme: str) -> Fail | None:
    """A forwarded scheme that is not that of the URL. What gitlab.rb says wins over what Omnibus makes of the URL:
    parse_proxy_headers in libraries/nginx.rb.
    """
    said = rb.nginx("proxy_set_headers", "X-Forwarded-Proto")
    text = (said.text() or "") if said is not None else ""
    if said is None or text.lower() not in ("http", "https") or text.lower() == scheme:
        return None
    return _fail(
        f"X-Forwarded-Proto is set to {text}, while {url.name} is {url.text()}: uploads are sent to {text}",
        (url, said),
        Remedy(
            "Make both say what clients use: https in registry_external_url, and the headers of this line.",
            (_FORWARDED, RECONFIGURE),
        ),
        # https for an http URL works behind a proxy that ends TLS; http for https breaks every push.
        Severity.ERROR if scheme == "https" else None,
    )


def _fail(message: str, sides: tuple[Located, ...], remedy: Remedy, severity: Severity | None = None) -> Fail:
    return Fail(
        message,
        evidence=tuple(side.quote() for side in sides),
        resource=sides[-1].name,
        remedy={Dialect.PLAIN: remedy},
        severity=severity,
    )
