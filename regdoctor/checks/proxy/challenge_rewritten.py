"""AUTH-21: the WWW-Authenticate that clients get is not the one that the registry sends."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.challenges import Challenge
from regdoctor.distribution.page_authors import is_page
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.proxied_answers import written_by
from regdoctor.injection import Absent

_HEADER = "WWW-Authenticate"


@check(
    title="The registry's challenge reaches clients as it is",
    severity=Severity.ERROR,
    failure_modes=("AUTH-21",),
    symptoms=("no basic auth credentials", "unauthorized: authentication required"),
    explains=(
        *("login_unauthorized", "realm_not_gitlab", "service_mismatch"),
        *("realm_answers_html", "realm_unreachable", "realm_without_tls"),
    ),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def challenge_rewritten(public: PublicAnswer, internal: InternalAnswer | Absent) -> Iterator[Outcome]:
    """The challenge names the token service (realm) and who the registry is (service): clients go by it alone.

    The registry was asked at its own port and at its public address, and the two challenges differ, so a proxy
    between them writes its own or takes the header away. A token that was asked for under another service is refused
    by the registry; a realm that is not the registry's leads to a token service that it may not trust; and without a
    challenge clients do not know that there is one. A realm that the registry makes of the request's own host
    (auth.token.autoredirect) differs by design, and is not judged. Where the registry's own port cannot be asked, the
    one thing that shows is a 401 in the registry's own words without any challenge, for no registry sends that.

    Let the proxy pass WWW-Authenticate on, and set realm and service in the registry's configuration instead.
    """
    outer = public.best
    if isinstance(internal, Absent):
        yield _from_outside(outer, internal)
        return
    inner = internal.ping
    wanted = _bearer(inner)
    if wanted is None:
        yield Skip("the registry itself does not ask for tokens")
        return
    shown = _bearer(outer)
    if shown is None:
        yield _without(outer, inner)
        return
    differing = [name for name in ("service", "realm") if shown.parameter(name) != wanted.parameter(name)]
    if "realm" in differing and (_made_of_the_host(shown, outer) or _made_of_the_host(wanted, inner)):
        differing.remove("realm")
        yield Skip("the registry makes the realm of the host that it was asked by (auth.token.autoredirect)")
    elif not differing:
        yield Pass(f"realm and service come as the registry sends them: {wanted.realm}")
    for name in differing:
        yield _differs(name, shown, wanted, outer, inner)


def _bearer(ping: Ping) -> Challenge | None:
    return next((challenge for challenge in ping.challenges if challenge.is_bearer), None)


def _made_of_the_host(challenge: Challenge, ping: Ping) -> bool:
    """Whether the realm leads back to where the registry was asked, as autoredirect makes it, or to no host at all."""
    try:
        realm = urlsplit(challenge.realm or "")
        port = realm.port or (443 if realm.scheme == "https" else 80)
    except ValueError:
        return False
    return not realm.hostname or (realm.hostname, port) == (ping.endpoint.host, ping.endpoint.port)


def _from_outside(outer: Ping, internal: Absent) -> Outcome:
    """What the public answer alone says: whether the challenge is the registry's own, it does not."""
    if _is_bare(outer):
        return _taken_away(outer, None)
    return Unknown(internal.reason) if internal.applicable else Skip(internal.reason)


def _without(outer: Ping, inner: Ping) -> Outcome:
    if not _is_bare(outer):
        return Skip(f"the registry's challenge is not what answers at {outer.endpoint.url}: {outer.exchange.status}")
    return _taken_away(outer, inner)


def _is_bare(outer: Ping) -> bool:
    """Whether it is the registry's own 401, and carries no challenge (RFC 9110 section 15.5.2: it must)."""
    exchange = outer.exchange
    author = written_by(exchange)
    is_its_own = exchange.failure is None and exchange.status == 401 and author is not None and author.is_registry
    return is_its_own and not outer.challenges and not is_page(exchange.headers, exchange.body)


def _taken_away(outer: Ping, inner: Ping | None) -> Fail:
    pings = [ping for ping in (outer, inner) if ping is not None]
    return Fail(
        f"The registry's 401 comes without {_HEADER} at {outer.endpoint.url}: a client that is not told how to log in "
        "gives up",
        evidence=tuple(ping.exchange.quote(_HEADER) for ping in pings),
        resource=outer.endpoint.url,
        remedy=change_nginx(
            f"Remove what takes {_HEADER} away (proxy_hide_header in nginx, Header unset in Apache, http-response "
            "del-header in HAProxy), or let it through.",
            f"proxy_pass_header {_HEADER};",
        ),
    )


def _differs(name: str, shown: Challenge, wanted: Challenge, outer: Ping, inner: Ping) -> Fail:
    says, is_told = (str(challenge.parameter(name) or "none") for challenge in (wanted, shown))
    return Fail(
        f"The registry asks for tokens with the {name} {says}, and clients at {outer.endpoint.url} are told {is_told}",
        evidence=(outer.exchange.quote(_HEADER), inner.exchange.quote(_HEADER)),
        resource=f"{outer.endpoint.url} {name}",
        # A realm may be another way to the same token service; a token for another service is refused in any case.
        severity=Severity.WARNING if name == "realm" else None,
        remedy=change_nginx(
            f"Let the proxy pass the registry's own {_HEADER} on: remove the lines that hide and add it. Where the "
            f"proxy's {name} is the right one, set auth.token.{name} of the registry to it instead.",
            f"proxy_pass_header {_HEADER};",
        ),
    )
