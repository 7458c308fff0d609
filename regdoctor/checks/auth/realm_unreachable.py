"""AUTH-10: the token service that the registry sends its clients to does not answer."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.checks.auth.realm_without_tls import by_https, challenge_of
from regdoctor.checks.auth.realm_without_tls import looks as answers_of
from regdoctor.checks.proxy import change_nginx
from regdoctor.distribution.certificate_names import is_covered
from regdoctor.distribution.web_addresses import is_loopback, read_web_address
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.call_tokens import asked_of_service
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.proxied_answers import challenges_of
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.injection import Absent
from regdoctor.remedies.realms import COMPARE, remedy_for
from regdoctor.sign import Seen, sign


@check(
    title="The token service answers where the registry sends clients",
    severity=Severity.ERROR,
    failure_modes=("AUTH-10",),
    symptoms=(
        "no such host",
        "connect: connection refused",
        "net/http: request canceled while waiting for connection (Client.Timeout exceeded",
    ),
    explains=("login_unauthorized", "realm_without_tls"),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def realm_unreachable(public: PublicAnswer, trials: TokenTrials | Absent, looks: TlsLooks | Absent) -> Outcome:
    """The registry's challenge names a realm, and clients ask there for a token from where they are.

    A realm that was made from an inner address has a name that they cannot resolve, lacks GitLab's port, or has http
    where the port is for TLS. Then docker login fails with the words of the network, `no such host`, `connection
    refused`, `EOF`, and nothing reaches the registry's log but `authorization token required`. Where the realm is
    right, GitLab's web server is down, or a firewall stands between.

    Open the realm from the client: it must answer. Set auth.token.realm to the address of GitLab that users have, with
    its port and /jwt/auth, and restart the registry.
    """
    if isinstance(trials, Absent):
        return _leads_home(public) or (Unknown(trials.reason) if trials.applicable else Skip(trials.reason))
    trial = trials.issued
    if trial is None or trial.realm is None:
        return Unknown("the token service was not asked")
    asked = trial.realm
    if _wants_tls(trial, asked):
        return Fail(
            f"The registry sends clients to {trials.realm_in_words} by http, where TLS is spoken: no token comes back",
            evidence=(challenge_of(trials), *answers_of(trial)),
            resource=trials.realm_in_words,
            remedy=by_https(trials),
        )
    if asked.failure is None:
        return Pass(f"{trials.realm_in_words} answers {asked.status}")
    if asked.failure.kind is FailureKind.TLS and public.unverified is not None:
        return Unknown(f"the registry's own certificate is not accepted, nor is this one: {asked.failure.message}")
    if isinstance(looks, TlsLooks) and _is_of_tls(asked, looks):
        return Skip(f"TLS to {trials.realm_in_words} does not come about: see the findings on TLS")
    by_tls = by_https(trials) if trial.tls_answers else None
    return Fail(
        _message(trials, asked),
        evidence=(challenge_of(trials), *answers_of(trial)),
        resource=trials.realm_in_words or "auth.token.realm",
        # A client may have more patience than regdoctor: docker waits for 15 s. And Go asks a URL that has a login.
        severity=Severity.WARNING if _was_slow(asked) or _has_login(trials) else None,
        remedy=by_tls or remedy_for(trials.realm, asked.failure.kind, reached=asked.peer is not None),
    )


def _message(trials: TokenTrials, asked: Exchange) -> str:
    if _has_login(trials):
        return f'auth.token.realm "{trials.realm_in_words}" carries a login, which the registry shows to everybody'
    if asked.failure is not None and asked.failure.kind is FailureKind.SCHEME:
        return f'auth.token.realm "{trials.realm_in_words}" is no address that clients can ask: {asked.failure.message}'
    if _was_slow(asked):
        what = "does not finish its answer" if asked.status is not None else "does not answer"
        return f"The token service {trials.realm_in_words} accepts the connection and {what}: {_words(asked)}"
    return f"The token service {trials.realm_in_words} cannot be asked: {_words(asked)}"


def _has_login(trials: TokenTrials) -> bool:
    """Whether the realm names a user, as in `https://user:password@host/`: then it was not asked."""
    return read_web_address(trials.realm) is not None and "@" in urlsplit(trials.realm.strip()).netloc


def _leads_home(public: PublicAnswer) -> Fail | None:
    """The finding, where a registry elsewhere names a realm on loopback, which is another place for each client.

    Nothing is sent there: what is on the loopback of this machine is not for the registry to point at.
    """
    ping = public.ping
    realm = next((one.realm or "" for one in ping.challenges if one.is_bearer), "")
    there, registry = read_web_address(realm), read_web_address(ping.endpoint.url)
    if there is None or registry is None or not there.is_loopback or not ping.is_registry:
        return None
    if registry.is_loopback or not _is_elsewhere(ping.exchange):
        return None
    trials = TokenTrials((), ping.endpoint.url, realm)
    return Fail(
        f"The registry sends clients to {trials.realm_in_words} for tokens, which leads each of them to itself",
        evidence=(challenge_of(trials), Quote(ping.exchange.url, f"answered by {ping.exchange.peer}")),
        resource=trials.realm_in_words,
        remedy=COMPARE,
    )


def _is_elsewhere(exchange: Exchange) -> bool:
    """Whether the answer came from an address that is not of loopback, be it a proxy's."""
    host = (exchange.peer or "").rpartition(":")[0].strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_loopback(host)


def _wants_tls(trial: Trial, asked: Exchange) -> bool:
    """Whether it is a port for TLS that was asked by plain http: by its own words, or because TLS is spoken there."""
    if Ping(Endpoint(asked.url, _NOBODY), asked).wants_tls:
        return True
    there = read_web_address(asked.url)
    same_port = there is not None and there.port_is_written
    closed = asked.failure is not None and asked.failure.kind in (FailureKind.RESET, FailureKind.PROTOCOL)
    return closed and same_port and trial.tls_answers


def _is_of_tls(asked: Exchange, looks: TlsLooks) -> bool:
    """Whether the TLS of that same host and port is seen to fail, which the checks of TLS name."""
    there = read_web_address(asked.url)
    kind = asked.failure.kind if asked.failure is not None else None
    if there is None or there.scheme != "https" or kind is not FailureKind.TLS:
        return False
    same = (look for look in looks.looks if (look.endpoint.host, look.endpoint.port) == (there.host, there.port))
    return any(_is_bad(look) for look in same)


def _is_bad(look: ServedTls) -> bool:
    """Whether TLS failed there, or the chain or its names are not accepted."""
    if look.failure is not None:
        return look.failure.kind is FailureKind.TLS
    leaf = look.leaf
    misnamed = leaf is not None and not is_covered(look.endpoint.host, leaf.dns_names, leaf.ip_addresses)
    return look.by_system is not None or misnamed


def _was_slow(asked: Exchange) -> bool:
    return asked.failure is not None and asked.failure.kind is FailureKind.TIMEOUT and asked.peer is not None


def _words(asked: Exchange) -> str:
    """The failure, with what docker login makes of it."""
    if asked.failure is None:
        return ""
    said = _DOCKER_SAYS.get(asked.failure.kind)
    return f'{asked.failure.message} (docker login: "{said}")' if said else asked.failure.message


_NOBODY = Quote("", "")
_DOCKER_SAYS: Mapping[FailureKind, str] = {
    FailureKind.NAME: "no such host",
    FailureKind.REFUSED: "connection refused",
    FailureKind.TIMEOUT: "Client.Timeout exceeded",
    FailureKind.RESET: "EOF",
    FailureKind.SCHEME: "unsupported protocol scheme",
}
"""How Go's client names them (net, net/http)."""

_NOT_REACHED = (FailureKind.NAME, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT)


@sign(realm_unreachable, parts=(Part.TOKEN_SERVICE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A token service that the recorder, asked by a client, does not reach."""
    asked = call.exchange
    if asked.failure is None and (call.status is None or call.status < 400):
        return None
    trials = asked_of_service(call, story)
    trial = trials.issued if trials is not None else None
    if trials is None or trial is None:
        return None
    if asked.failure is None:
        told = realm_unreachable.judge(_nobody(trials), trials, Absent("traffic shows no TLS", applicable=False))
        return told if isinstance(told, Fail) else None
    kind, words = asked.failure.kind, asked.failure.message.lower()
    # A flow that was still waiting when the recording ended has no answer either.
    is_silent = kind is FailureKind.TIMEOUT and not any(mark in words for mark in ("timeout", "timed out", "timed_out"))
    if call.status is not None or kind not in _NOT_REACHED or is_silent:
        return None
    return Fail(
        _message(trials, asked),
        evidence=(challenge_of(trials), *answers_of(trial)),
        resource=trials.realm_in_words,
        remedy=remedy_for(trials.realm, kind, reached=False),
    )


def _nobody(trials: TokenTrials) -> PublicAnswer:
    """The registry's own answer, of which nothing is judged here."""
    url = trials.registry
    return PublicAnswer(Ping(Endpoint(url, _NOBODY), Exchange("GET", f"{url}/v2/")))


@sign(realm_unreachable, parts=(Part.REGISTRY,), statuses=(401,))
def _of_unknown_scheme(call: Call, story: Story) -> Seen:
    """A realm such as `https,http://…`, which no client asks: nothing but the challenge is recorded.

    distribution 3 copies X-Forwarded-Proto into it where autoredirect is on
    (registry/auth/token/accesscontroller.go, buildAutoRedirectURL).
    """
    if call.status != 401 or not answered_by_registry_or_proxy(call):
        return None
    # Nearly all challenges begin so, and need not be taken apart to be known as none of these.
    if (call.exchange.header("WWW-Authenticate") or "").startswith(_USUAL):
        return None
    found = next((one for one in challenges_of(call.exchange) if one.is_bearer), None)
    realm = (found.realm or "") if found is not None else ""
    scheme, mark, _ = realm.strip().partition("://")
    if not mark or scheme.lower() in ("http", "https"):
        return None
    trials = TokenTrials((), origin_of(call), realm)
    is_list = "," in scheme
    return Fail(
        f'The registry sends clients to "{trials.realm_in_words}" for tokens, and no client knows that scheme'
        f"{': a proxy sends X-Forwarded-Proto as a list' if is_list else ''}",
        evidence=(challenge_of(trials),),
        resource=trials.realm_in_words,
        remedy=change_nginx(_ONE_WORD, "proxy_set_header X-Forwarded-Proto https;")
        if is_list
        else remedy_for(realm, FailureKind.SCHEME, reached=False),
    )


_USUAL = ('Bearer realm="https://', 'Bearer realm="http://')
_ONE_WORD = "Let the proxy that ends TLS send one word in X-Forwarded-Proto, and an inner one pass it on."
