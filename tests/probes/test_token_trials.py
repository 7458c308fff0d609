"""docker login's way, tried: a token from the realm, one signed here, and what the registry says to each."""

from __future__ import annotations

import itertools
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.addresses import Addresses, AddressLook
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.evidence.token_trials import MOST_STEPS, TokenTrials
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import token_trials as module
from regdoctor.probes.credentials import credentials_for
from regdoctor.redaction import Secret, redact
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))
PEM = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KEY = SigningKey(Secret(PEM, "private key"), "/etc/registry.key", "omnibus-gitlab-issuer")
TOKEN = b'{"token": "opaque-token"}'
NONE = Absent("not looked")


def _taking_turns() -> Callable[[Any], tuple[int, dict[str, str], bytes]]:
    """A token service, and two replicas behind one address, of which the second refuses each token."""
    shown = itertools.count()

    def answer(one: Any) -> tuple[int, dict[str, str], bytes]:
        if one.path.startswith("/jwt"):
            return 200, {}, TOKEN
        return 401 if next(shown) % 2 else 200, {}, b"{}"

    return answer


def at(url: str | None, internal: str | None = None) -> Endpoints:
    """Addresses."""
    public = Endpoint(url, Quote("", "")) if url else None
    return Endpoints(public, Endpoint(internal, Quote("", "")) if internal else None, None, None)


def gather(endpoints: Endpoints, source: TokenSource, door: Http, addresses: Addresses | Absent = NONE) -> TokenTrials:
    """The probe's answer."""
    found = module.token_trials.gather(endpoints, source, addresses, door)
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


def test_a_realm_on_another_host_by_http_is_asked_without_the_password(serve: Callable[..., Any], door: Http) -> None:
    registry, realm = serve(lambda _: (200, {}, b"{}")), serve(lambda _: (200, {}, TOKEN))
    elsewhere = realm.url.replace("127.0.0.1", "localhost")
    source = TokenSource(True, registry.url, f"{elsewhere}/jwt/auth", "r", login=LOGIN, key=KEY)
    issued, ours = gather(at(registry.url), source, door).trials
    assert "the password was not sent" in issued.withheld
    assert (issued.anonymous, issued.source) == (True, f"from {elsewhere}/jwt/auth without a login")
    assert not any("Authorization" in one.headers for one in realm.seen)
    assert (ours.issued_by_gitlab, ours.withheld) == (False, "")


def test_what_the_challenge_said_is_kept(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, TOKEN))
    found = gather(at(server.url), TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN), door)
    assert (found.registry, found.realm, found.service) == (server.url, f"{server.url}/jwt/auth", "r")
    assert found.issued is found.trials[0]
    assert found.trials[0].withheld == ""


def test_a_token_is_shown_six_times(serve: Callable[..., Any], door: Http) -> None:
    server = serve(_taking_turns())
    (trial,) = gather(at(server.url), TokenSource(True, server.url, f"{server.url}/jwt", "r"), door).trials
    assert [shown.status for shown in trial.shown] == [200, 401, 200, 401, 200, 401]
    assert trial.mixed
    assert server.asked()[1:] == ["GET /v2/"] * 6
    assert all(one.headers["Authorization"] == "Bearer opaque-token" for one in server.seen[1:])


def test_what_was_not_judged_is_not_shown_again(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, TOKEN) if one.path.startswith("/jwt") else (503, {}, b""))
    (trial,) = gather(at(server.url), TokenSource(True, server.url, f"{server.url}/jwt", "r"), door).trials
    assert (len(trial.shown), trial.mixed) == (1, False)


def looked(url: str, *addresses: str) -> Addresses:
    """That these addresses of the name accept a connection, and one more does not."""
    none = AddressLook("192.0.2.1", 1.0, Failure(FailureKind.TIMEOUT, "no answer"))
    return Addresses(Endpoint(url, Quote("", "")), (none, *(AddressLook(one, 0.0) for one in addresses)))


def test_each_address_of_the_name_is_asked_in_turn(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, TOKEN if one.path.startswith("/jwt") else b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt", "r")
    (trial,) = gather(at(server.url), source, door, looked(server.url, "127.0.0.2", "127.0.0.1")).trials
    port = server.url.rpartition(":")[2]
    # The server is on one of the two alone: by the other nobody answers, and it shows.
    there = f"127.0.0.1:{port}"
    assert [shown.peer or "" for shown in trial.repeats] == [there, "", there, "", there]
    assert not trial.mixed


@pytest.mark.parametrize(
    "addresses",
    [NONE, looked("https://another.example.com", "127.0.0.2", "127.0.0.3"), looked("", "127.0.0.2")],
    ids=["none", "of another endpoint", "one alone"],
)
def test_addresses_that_are_not_several_of_the_registry_are_left_to_the_resolver(
    serve: Callable[..., Any], door: Http, addresses: Addresses | Absent
) -> None:
    server = serve(lambda one: (200, {}, TOKEN if one.path.startswith("/jwt") else b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt", "r")
    (trial,) = gather(at(server.url), source, door, addresses).trials
    assert {shown.status for shown in trial.shown} == {200}


@pytest.mark.parametrize("status", [200, 404])
def test_a_service_that_knows_no_form_is_asked_by_get_without_the_identity_token(
    serve: Callable[..., Any], door: Http, status: int
) -> None:
    server = serve(lambda one: (404, {}, b"") if one.method == "POST" else (status, {}, TOKEN))
    stored = Login("", Secret("canary-identity-1f7", "token"), "config.json", is_identity_token=True)
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=stored)
    (trial,) = gather(at(server.url), source, door).trials
    assert trial.realm is not None
    assert trial.by_get is not None
    assert (trial.realm.status, trial.by_get.status, trial.ping) == (404, status, None)
    assert [one.method for one in server.seen] == ["POST", "GET"]
    assert "canary" not in server.seen[1].path
    assert "Authorization" not in server.seen[1].headers


def test_a_login_by_get_that_finds_nothing_is_not_asked_without_it(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (404, {}, b""))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    (trial,) = gather(at(server.url), source, door).trials
    assert (trial.by_get, len(server.seen)) == (None, 1)


def test_a_refusal_that_another_probe_got_is_judged_here_too(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {}, b"{}"))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    with pytest.raises(CouldNotGatherError):
        credentials_for(door, source, (Access("repository", "a/b", ("pull", "push")),))
    (trial,) = gather(at(server.url), source, door).trials
    assert (trial.login_denied, trial.anonymous, len(server.seen)) == (True, False, 1)


def test_a_realm_by_http_is_asked_by_https_too_where_the_registry_has_it(
    serve: Callable[..., Any], door: Http, tls: ssl.SSLContext
) -> None:
    realm = serve(lambda _: (200, {}, TOKEN), tls)
    written = realm.url.replace("https:", "http:")
    source = TokenSource(True, "https://127.0.0.1:9", f"{written}/jwt/auth", "r", login=LOGIN)
    (trial,) = gather(at("https://127.0.0.1:9"), source, door).trials
    assert trial.realm is not None
    assert trial.realm.status is None
    assert trial.over_tls is not None
    assert trial.over_tls.url.partition("?")[0] == f"{realm.url}/jwt/auth"
    assert trial.tls_answers
    assert realm.seen == []  # its certificate is nobody's


def test_a_password_is_not_sent_where_only_the_registry_has_https_and_port_80_is_left_out(
    door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, bool]] = []

    def send(_: Http, method: str, url: str, **rest: object) -> Exchange:
        sent.append((url.partition("?")[0], "basic" in rest))
        return Exchange(method, url, failure=Failure(FailureKind.REFUSED, "nobody"))

    monkeypatch.setattr(Http, "send", send)
    for realm in ("http://h/jwt/auth", "http://h:80/jwt/auth", "http://[2001:db8::1]:8080/a"):
        (trial,) = gather(at("https://h"), TokenSource(True, "https://h", realm, "r", login=LOGIN), door).trials
        assert not trial.tls_answers
    asked = [(url, login) for url, login in sent if url.startswith("https:")]
    assert asked == [("https://h/jwt/auth", False)] * 2 + [("https://[2001:db8::1]:8080/a", False)]
    assert not any(login for _, login in sent)
    gather(at("http://h"), TokenSource(True, "http://h", "http://h/jwt/auth", "r", login=LOGIN), door)
    assert ("http://h/jwt/auth", True) in sent


@pytest.mark.parametrize("realm", ["", "/jwt/auth", "http://[", "https://h:port/", "ftp://h/"])
def test_a_realm_that_is_no_address_is_a_failure_of_the_trial(
    serve: Callable[..., Any], door: Http, realm: str
) -> None:
    server = serve(lambda _: (200, {}, b"{}"))
    (trial,) = gather(at(server.url), TokenSource(True, server.url, realm, "r"), door).trials
    assert trial.realm is not None
    assert trial.realm.failure is not None
    assert (trial.token, trial.ping, trial.over_tls) == (None, None, None)


def test_a_service_that_sends_clients_on_is_followed_once_without_the_login(
    serve: Callable[..., Any], door: Http
) -> None:
    def answer(one: Any) -> tuple[int, dict[str, str], bytes]:
        if one.path.startswith("/old"):
            return 301, {"Location": "/new?service=r"}, b""
        return (200, {}, b'{"token": "canary-behind-9f3c1e77b0"}') if one.path.startswith("/new") else (401, {}, b"")

    server = serve(answer)
    (issued,) = gather(
        at(server.url), TokenSource(True, server.url, f"{server.url}/old", "r", login=LOGIN), door
    ).trials
    assert issued.followed is not None
    assert (issued.followed.url, issued.followed.status) == (f"{server.url}/new?service=r", 200)
    assert [("Authorization" in one.headers) for one in server.seen] == [True, False]
    assert issued.ping is None
    assert "canary-behind" not in redact("canary-behind-9f3c1e77b0")


def test_redirects_in_a_circle_are_followed_as_often_as_docker_does(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (302, {"Location": "/again"}, b""))
    source = TokenSource(True, server.url, f"{server.url}/jwt/auth", "r", login=LOGIN)
    (trial,) = gather(at(server.url), source, door).trials
    assert trial.steps == MOST_STEPS
    assert trial.followed is not None
    assert trial.followed.status == 302
    assert len(server.seen) == 1 + MOST_STEPS
    assert sum("Authorization" in one.headers for one in server.seen) == 1


@pytest.mark.parametrize(
    ("path", "kind", "asked"), [("/x", "text/html", 1), ("/x", "", 0), ("/jwt/auth", "text/html", 0)]
)
def test_where_a_page_answers_gitlabs_path_is_asked_without_the_login(
    serve: Callable[..., Any], door: Http, path: str, kind: str, asked: int
) -> None:
    def answer(one: Any) -> tuple[int, dict[str, str], bytes]:
        found = one.path.startswith("/jwt/auth?") and path != "/jwt/auth"
        return (200, {}, b'{"token": "canary-beside-5b2e90aa41"}') if found else (404, {"Content-Type": kind}, b"no")

    server = serve(answer)
    source = TokenSource(True, server.url, f"{server.url}{path}", "r", login=LOGIN)
    (trial,) = gather(at(server.url), source, door).trials
    assert (trial.at_gitlabs_path is not None, trial.gitlab_answers) == (bool(asked), bool(asked))
    assert len(server.seen) == 1 + asked
    assert not any("Authorization" in one.headers for one in server.seen[1:])
    assert not asked or "canary-beside" not in redact("canary-beside-5b2e90aa41")


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


def test_every_request_fits_into_the_limit() -> None:
    assert module.token_trials.limit > 3 * module._DEADLINE + module._ROUND + module._TLS_LOOK
