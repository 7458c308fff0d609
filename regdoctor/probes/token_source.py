"""Finds where tokens for the registry can be had, and gets them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.distribution.challenges import Challenge
from regdoctor.distribution.tokens import Access, sign_token
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.clocks import Reading
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.login_source import LoginSource
from regdoctor.evidence.signer import SignerFiles
from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, probe
from regdoctor.probes.hop_redirects import trustworthy
from regdoctor.probes.oauth2_form import post_form
from regdoctor.redaction import Secret, remember
from regdoctor.target import Target


@probe(reads="nothing: takes the realm from the registry's challenge, and the login or GitLab's signing key")
def token_source(
    target: Target,
    public: PublicAnswer | Absent,
    internal: InternalAnswer | Absent,
    files: SignerFiles | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    endpoints: Endpoints | Absent,
    logins: LoginSource | Absent,
) -> TokenSource:
    """What answers the registry's challenge. Raises CouldNotGatherError where no registry answered with one.

    A challenge that came without TLS that verifies, where TLS was to be had, may be anyone's, and so may its realm:
    the login is left out then; with nothing else to answer by, CouldNotGatherError says so. So it does of a realm
    which would lead to this host or its cloud by the word of a registry that is elsewhere.
    """
    ping, trusted = _registry_ping(public, internal)
    stored = logins if isinstance(logins, LoginSource) else LoginSource(None)
    login = target.login or stored.login
    if login and (front := _asks_for_a_password(public)) and (ping is None or ping.exchange.status == 200):
        ping, trusted = front
    if ping is None:
        raise CouldNotGatherError(_not_said(public))
    challenge = _best(ping.challenges)
    if ping.exchange.status == 200:
        return TokenSource(needed=False, registry=ping.endpoint.url, realm="", service="")
    if challenge is None:
        raise CouldNotGatherError(f"{ping.exchange.quote().quote}: no WWW-Authenticate challenge to answer")
    key = _signing_key(files, config, gitlab)
    if target.login and not trusted and key is None:
        raise CouldNotGatherError(
            f"the password was not sent: {ping.endpoint.url} did not show a certificate that verifies, so that the "
            "answer may be anyone's (--ca-file FILE)"
        )
    why_not = stored.why_none if trusted or login is None else _NOT_VERIFIED
    if login is not None and login.is_identity_token and challenge.scheme.lower() == "basic":
        why_not = f"{login.words} is for a token service, and the registry wants a name and a password"
        login = None
    source = TokenSource(
        needed=True,
        registry=ping.endpoint.url,
        realm=challenge.realm or "",
        service=challenge.service or "",
        scheme=challenge.scheme.lower(),
        login=login if trusted else None,
        key=key,
        clock_offset=_clock_offset(ping, internal),
        why_no_login=why_not,
        consented=target.send_credentials_to or "",
    )
    found = trustworthy(source, endpoints.realm if isinstance(endpoints, Endpoints) else None)
    if isinstance(found, Absent):
        raise CouldNotGatherError(found.reason)
    return found


_NOT_VERIFIED = "a stored login was not sent: no certificate verified"


def _clock_offset(ping: Ping, internal: InternalAnswer | Absent) -> float:
    """Seconds that the registry's clock is ahead of ours, by the Date header of its answer; 0 where it gave none.

    The answer on the host itself comes first: a proxy in front puts a Date of its own (nginx does).
    """
    looks = [internal.ping] if isinstance(internal, InternalAnswer) and internal.ping.is_registry else []
    readings = (Reading.of("registry", look.exchange) for look in (*looks, ping))
    # The least that it can be: a token from a moment ago is good, one from a moment ahead is not.
    return next((reading.offset - reading.uncertainty for reading in readings if reading), 0.0)


def _registry_ping(public: PublicAnswer | Absent, internal: InternalAnswer | Absent) -> tuple[Ping | None, bool]:
    """The answer that tells how the registry wants to be asked, and whether it is known to be the registry's.

    The address on the host itself is (its TLS is never verified, but then it gets no password either).
    """
    looks: list[tuple[Ping, bool]] = [(public.ping, True)] if isinstance(public, PublicAnswer) else []
    if isinstance(internal, InternalAnswer):
        looks.append((internal.ping, internal.ping.exchange.verified is not False))
    if isinstance(public, PublicAnswer):
        looks.append((public.best, False))
    return next(
        ((look, trusted) for look, trusted in looks if look.is_registry and look.exchange.status in (200, 401)),
        (None, False),
    )


def _asks_for_a_password(public: PublicAnswer | Absent) -> tuple[Ping, bool] | None:
    """The public address's answer, where something in front of the registry wants a name and a password (Basic).

    docker and skopeo send the registry's login there; a registry without accounts of its own takes no notice of it.
    With it, whether the answer came from the one whose name was given.
    """
    if not isinstance(public, PublicAnswer):
        return None
    best = _best(public.best.challenges)
    if public.best.exchange.status != 401 or public.best.is_registry or best is None or best.scheme.lower() != "basic":
        return None
    return public.best, public.best is public.ping


def _not_said(public: PublicAnswer | Absent) -> str:
    if _asks_for_a_password(public):
        return (
            "something in front of the registry asks for a name and a password, before the registry could say how it "
            "wants to be asked (--username, --password-stdin)"
        )
    return "the registry did not say how it wants to be asked: none answered GET /v2/ with 200 or 401"


def _best(challenges: Sequence[Challenge]) -> Challenge | None:
    """The challenge that we can answer best; the first where it is none of those that we know."""
    known = {"bearer": 0, "basic": 1}
    return min(challenges, key=lambda challenge: known.get(challenge.scheme.lower(), 2), default=None)


def _signing_key(
    files: SignerFiles | Absent, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> SigningKey | None:
    key = files.key if isinstance(files, SignerFiles) else None
    if key is None or key.contents is None or key.contents.private_key_pem is None:
        return None
    issuer = gitlab.registry("issuer") if isinstance(gitlab, GitLabConfig) else None
    if issuer is None and isinstance(config, RegistryConfig):
        issuer = config.at("auth", "token", "issuer")
    return SigningKey(key.contents.private_key_pem, key.path, (issuer.text() if issuer else None) or "")


def password_may_go_to(url: str, *, is_public: bool) -> bool:
    """Whether the registry's password may be sent to an address on the way to it.

    By TLS (`Http.send` sees to it that it verifies), within this machine, and where clients send it themselves.

    is_public: whether clients use this address: the user named it then, with its scheme.
    """
    place = read_web_address(url)
    return place is not None and (is_public or place.scheme == "https" or place.is_loopback)


def signed(source: TokenSource, key: SigningKey, scopes: Sequence[Access]) -> Secret:
    """A token as GitLab would make it, with its own key, at the registry's time.

    The local clock may be the one that is wrong, and the registry must not be blamed for that.

    Raises CouldNotGatherError where the key cannot sign.
    """
    try:
        # GitLab's own key: that its primes are primes need not be proven, which takes a tenth of a second.
        private = load_pem_private_key(key.pem.reveal().encode(), password=None, unsafe_skip_rsa_key_validation=True)
        return sign_token(
            private,
            issuer=key.issuer,
            audience=source.service,
            subject="regdoctor",
            access=tuple(scopes),
            now=time.time() + source.clock_offset,
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CouldNotGatherError(f"{key.path} cannot sign a token: {error}") from error


def ask_realm(door: Http, source: TokenSource, scopes: Sequence[Access], *, deadline: float = 10.0) -> Exchange:
    """GET the realm as docker does (distribution, docs/spec/auth/token.md), with the login where there is one.

    deadline: seconds for it. Where several probes may ask, they ask by `credentials.realm_answer`: this one sends a
    login again that was refused.

    Raises CouldNotGatherError rather than send a password where it does not belong: over plain HTTP to another host.
    """
    query = [("service", source.service)] if source.service else []
    query += [("scope", scope.scope) for scope in scopes]
    url = f"{source.realm}{'&' if '?' in source.realm else '?'}{urlencode(query)}"
    if source.login is None:
        return door.send("GET", url, deadline=deadline)
    if not source.password_may_go:
        raise CouldNotGatherError(f"the password was not sent: {source.why_withheld}")
    if source.login.is_identity_token:
        return post_form(door, source, scopes, deadline=deadline)
    return door.send("GET", url, basic=(source.login.username, source.login.password), deadline=deadline)


def token_in(exchange: Exchange) -> Secret | None:
    """The token of a realm's answer, under either of its names; None where there is none."""
    answer = exchange.json()
    if exchange.status != 200 or not isinstance(answer, dict):
        return None
    given = {name: answer[name] for name in _TOKEN_NAMES if isinstance(answer.get(name), str) and answer[name]}
    for value in given.values():
        remember(value, "token", received=True)
    value = given.get("token") or given.get("access_token")
    return Secret(value, "token", received=True) if value else None


_TOKEN_NAMES = ("token", "access_token", "refresh_token")
