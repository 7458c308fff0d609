"""docker login's way, tried: a token from the realm, one signed here, and what the registry says to each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.evidence.token_trials import TokenTrials
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import token_trials as module
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))
PEM = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KEY = SigningKey(Secret(PEM, "private key"), "/etc/registry.key", "omnibus-gitlab-issuer")
TOKEN = b'{"token": "opaque-token"}'


def at(url: str | None, internal: str | None = None) -> Endpoints:
    """Addresses."""
    public = Endpoint(url, Quote("", "")) if url else None
    return Endpoints(public, Endpoint(internal, Quote("", "")) if internal else None, None, None)


def gather(endpoints: Endpoints, source: TokenSource, door: Http) -> TokenTrials:
    """The probe's answer."""
    found = module.token_trials.gather(endpoints, source, door)
    assert isinstance(found, TokenTrials)
    return found


def test_each_way_is_tried_at_the_registry(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, TOKEN) if one.path.startswith("/jwt") else (401, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN, key=KEY)
    issued, ours = gather(at(server.url), source, door).trials
    assert issued.source == f"from {server.url}/jwt/auth for alice"
    assert (issued.issued_by_gitlab, issued.token, issued.refused) == (True, None, True)
    assert ours.token is not None
    assert (ours.token.issuer, ours.issued_by_gitlab) == ("omnibus-gitlab-issuer", False)
    assert server.seen[1].headers["Authorization"] == "Bearer opaque-token"
    assert "correct horse" not in repr(issued)


def test_the_trial_with_the_key_goes_by_the_registrys_clock(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", key=KEY, clock_offset=-86400.0)
    ours = gather(at(server.url), source, door).trials[-1]
    assert ours.token is not None
    assert ours.token.issued == pytest.approx(time.time() - 86400, abs=10)


def test_without_a_login_a_scope_is_asked_for(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (403, {}, b"{}"))
    (trial,) = gather(at(server.url), TokenSource(True, server.url, f"{server.url}/jwt/auth", "r"), door).trials
    assert trial.ping is None
    assert server.asked() == ["GET /jwt/auth?service=r&scope=repository%3Aregdoctor%2Fprobe%3Apull"]


def test_a_realm_that_gets_no_password_does_not_hide_the_trial_with_the_key(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda _: (200, {}, b"{}"))
    source = TokenSource(True, server.url, "http://gitlab.invalid/jwt/auth", "r", login=LOGIN, key=KEY)
    (trial,) = gather(at(server.url), source, door).trials
    assert not trial.issued_by_gitlab
    with pytest.raises(CouldNotGatherError, match="the password was not sent"):
        gather(at(server.url), TokenSource(True, server.url, "http://gitlab.invalid/", "r", login=LOGIN), door)


def test_a_key_that_cannot_sign_does_not_hide_the_realms_trial(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, TOKEN))
    broken = SigningKey(Secret("no key at all", "private key"), "/etc/registry.key", "")
    source = TokenSource(True, server.url, server.url, "r", key=broken)
    assert [trial.issued_by_gitlab for trial in gather(at(server.url), source, door).trials] == [True]


def test_a_token_goes_where_the_registry_was_believed(serve: Callable[..., Any], door: Http) -> None:
    public, internal = serve(lambda _: (200, {}, TOKEN)), serve(lambda _: (200, {}, TOKEN))
    source = TokenSource(True, internal.url, internal.url, "r", key=KEY)
    gather(at(public.url, internal.url), source, door)
    assert public.seen == []


def test_what_needs_no_token_does_not_apply(door: Http) -> None:
    for source in (TokenSource(False, "", "", ""), TokenSource(True, "", "r", "", scheme="basic")):
        with pytest.raises(NotApplicableError):
            gather(at("http://127.0.0.1:9"), source, door)
    with pytest.raises(CouldNotGatherError, match="address is not known"):
        gather(at(None), TokenSource(True, "", "r", ""), door)


def test_three_requests_fit_into_the_limit() -> None:
    assert module.token_trials.limit >= 3 * module._DEADLINE
