"""Getting tokens: the challenge that is believed, where a password goes and where it never goes."""

from __future__ import annotations

import base64
import email.utils
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from regdoctor.check import Quote
from regdoctor.distribution.tokens import Access, read_token
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.login_source import LoginSource
from regdoctor.evidence.signer import SignerFiles
from regdoctor.evidence.token_source import SigningKey, TokenSource
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.formats.pem import read_pem
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import credentials_for
from regdoctor.probes.public_answer import public_answer
from regdoctor.probes.token_source import ask_realm, signed, token_in
from regdoctor.probes.token_source import token_source as probe
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

NONE = Absent("not there")
LOGIN = Login("alice", Secret("correct horse", "password"))
BASIC = f"Basic {base64.b64encode(b'alice:correct horse').decode()}"
BEARER = ("WWW-Authenticate", 'Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"')
SCOPES = (Access("repository", "a/b", ("pull", "push")),)


def ping(*headers: tuple[str, str], status: int = 401, url: str = "https://r.example.com", **more: Any) -> Ping:
    """A registry's answer to GET /v2/."""
    version = ("Docker-Distribution-Api-Version", "registry/2.0")
    exchange = Exchange("GET", f"{url}/v2/", status=status, headers=(version, *headers), body=b"{}", **more)
    return Ping(Endpoint(url, Quote("", "")), exchange)


def key_file(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> SignerFiles:
    """GitLab's key as the host has it."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    path = "/etc/registry.key"
    return SignerFiles(None, HostFile(Quote("", ""), path, FileState.READABLE, contents=read_pem(pem, path)))


def source(realm: str, registry: str = "https://r.example.com", **more: Any) -> TokenSource:
    """A source with a login."""
    return TokenSource(True, registry, realm, "container_registry", **{"login": LOGIN, **more})


def gather(public: PublicAnswer | Absent = NONE, internal: InternalAnswer | Absent = NONE, **more: Any) -> TokenSource:
    """The probe's answer."""
    arguments = {
        "target": Target(login=LOGIN),
        "files": NONE,
        "config": NONE,
        "gitlab": NONE,
        "endpoints": NONE,
        "logins": NONE,
        **more,
    }
    found = probe.gather(public=public, internal=internal, **arguments)
    assert isinstance(found, TokenSource)
    return found


def test_the_challenge_is_taken_apart_and_the_login_goes_with_it() -> None:
    found = gather(PublicAnswer(ping(BEARER)))
    assert (found.realm, found.service) == ("https://gitlab.example.com/jwt/auth", "container_registry")
    assert (found.scheme, found.login, found.registry) == ("bearer", LOGIN, "https://r.example.com")


def basic_page(status: int = 401, url: str = "https://r.example.com", **more: Any) -> Ping:
    """What a proxy with basic authentication writes in front of a registry."""
    headers = (("Content-Type", "text/html"), ("WWW-Authenticate", 'Basic realm="closed"'))
    body = b"<html><head><title>401 Authorization Required</title></head></html>"
    exchange = Exchange("GET", f"{url}/v2/", status=status, headers=headers, body=body, **more)
    return Ping(Endpoint(url, Quote("", "")), exchange)


@pytest.mark.parametrize("behind", [NONE, InternalAnswer(ping(status=200, url="http://127.0.0.1:5000"))])
def test_a_proxy_that_asks_for_a_password_gets_the_login_as_docker_sends_it(
    behind: InternalAnswer | Absent, serve: Callable[..., Any], door: Http
) -> None:
    found = gather(PublicAnswer(basic_page()), behind)
    assert (found.needed, found.scheme, found.login, found.registry) == (True, "basic", LOGIN, "https://r.example.com")
    server = serve(lambda _: (200, {}, b"{}"))
    credentials = credentials_for(door, found, SCOPES, registry=server.url)
    assert credentials == {"basic": (LOGIN.username, LOGIN.password)}
    assert (server.asked(), server.seen[0].headers["Authorization"]) == (["GET /v2/"], BASIC)


def test_a_registry_that_asks_for_tokens_behind_such_a_proxy_is_still_asked_by_token() -> None:
    found = gather(PublicAnswer(basic_page()), InternalAnswer(ping(BEARER, url="http://127.0.0.1:5000")))
    assert (found.scheme, found.registry) == ("bearer", "http://127.0.0.1:5000")


def test_a_page_that_asks_for_a_password_gets_none_without_a_login_or_a_certificate_that_verifies() -> None:
    with pytest.raises(CouldNotGatherError, match="in front of the registry asks for a name and a password"):
        gather(PublicAnswer(basic_page()), target=Target())
    untrusted = Ping(Endpoint("https://r.example.com", Quote("", "")), Exchange("GET", "https://r.example.com/v2/"))
    with pytest.raises(CouldNotGatherError, match="the password was not sent"):
        gather(PublicAnswer(untrusted, unverified=basic_page(verified=False)))


@pytest.mark.parametrize("realm", ["http://127.0.0.1:9/auth", "https://169.254.169.254/auth"])
def test_a_registry_elsewhere_names_no_realm_on_this_host_or_its_cloud(realm: str) -> None:
    far = ping(("WWW-Authenticate", f'Bearer realm="{realm}",service="s"'), url="https://192.0.2.7")
    with pytest.raises(CouldNotGatherError, match="means this very host or its cloud: not asked"):
        gather(PublicAnswer(far))


def test_a_realm_on_this_host_is_asked_where_the_configuration_names_it_or_the_registry_is_here() -> None:
    challenge = ("WWW-Authenticate", 'Bearer realm="http://127.0.0.1:9/auth",service="s"')
    ours = Endpoints(None, None, None, Endpoint("http://127.0.0.1:9/auth", Quote("config.yml", "realm")))
    far, here = ping(challenge, url="https://192.0.2.7"), ping(challenge, url="http://127.0.0.1:5000")
    assert gather(PublicAnswer(far), endpoints=ours).realm == "http://127.0.0.1:9/auth"
    assert gather(PublicAnswer(here)).realm == "http://127.0.0.1:9/auth"


def test_of_several_challenges_the_one_that_can_be_answered_counts() -> None:
    basic, other = ("WWW-Authenticate", 'Basic realm="r"'), ("WWW-Authenticate", "Negotiate")
    assert gather(PublicAnswer(ping(other, basic, BEARER))).scheme == "bearer"
    assert gather(PublicAnswer(ping(other, basic))).scheme == "basic"
    assert gather(PublicAnswer(ping(other))).scheme == "negotiate"


def test_an_open_registry_needs_none_and_no_challenge_is_said() -> None:
    assert not gather(PublicAnswer(ping(status=200))).needed
    with pytest.raises(CouldNotGatherError, match="no WWW-Authenticate challenge"):
        gather(PublicAnswer(ping()))
    with pytest.raises(CouldNotGatherError, match="none answered GET /v2/"):
        gather(PublicAnswer(ping(status=502)), Absent("x"))


def test_a_challenge_from_a_server_that_did_not_verify_gets_no_password(
    serve: Callable[..., Any], tls: ssl.SSLContext, door: Http
) -> None:
    headers = {"Docker-Distribution-Api-Version": "registry/2.0", "WWW-Authenticate": BEARER[1]}
    server = serve(lambda _: (401, headers, b"{}"), tls)
    public = public_answer.gather(Endpoints(Endpoint(server.url, Quote("", "")), None, None, None), door)
    assert public.unverified is not None
    with pytest.raises(CouldNotGatherError, match=r"the password was not sent: .* did not show a certificate"):
        gather(public)
    files = key_file(ed25519.Ed25519PrivateKey.generate())
    found = gather(public, files=files)
    assert found.login is None
    assert found.key is not None
    assert gather(public, target=Target()).realm == "https://gitlab.example.com/jwt/auth"
    trusted = gather(public, InternalAnswer(ping(BEARER, url="http://127.0.0.1:5000")))
    assert (trusted.login, trusted.registry) == (LOGIN, "http://127.0.0.1:5000")
    assert all("Authorization" not in one.headers for one in server.seen)


def test_a_challenge_that_came_only_over_plain_http_gets_no_password() -> None:
    broken = Ping(Endpoint("https://r.example.com", Quote("", "")), Exchange("GET", "https://r.example.com/v2/"))
    plain = ping(BEARER, url="http://r.example.com:443")
    with pytest.raises(CouldNotGatherError, match="the password was not sent"):
        gather(PublicAnswer(broken, plain=plain))
    assert gather(PublicAnswer(plain)).login == LOGIN  # the user's own word for the address


def test_the_signing_key_comes_with_gitlabs_issuer_or_else_the_registrys() -> None:
    files = key_file(ed25519.Ed25519PrivateKey.generate())
    config = parse_registry_config(b"auth: {token: {issuer: from-registry}}", "c")
    gitlab = parse_gitlab_yml(b"registry: {issuer: from-gitlab}", "g")
    both = gather(PublicAnswer(ping(BEARER)), files=files, config=config, gitlab=gitlab).key
    one = gather(PublicAnswer(ping(BEARER)), files=files, config=config).key
    none = gather(PublicAnswer(ping(BEARER)), files=files).key
    assert [key and key.issuer for key in (both, one, none)] == ["from-gitlab", "from-registry", ""]
    encrypted = key_file(ed25519.Ed25519PrivateKey.generate(), BestAvailableEncryption(b"phrase"))
    assert gather(PublicAnswer(ping(BEARER)), files=encrypted).key is None


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
    ids=["RSA", "EC", "Ed25519"],
)
def test_a_token_is_signed_with_each_kind_of_key(key: PrivateKeyTypes, algorithm: str, door: Http) -> None:
    signer = gather(PublicAnswer(ping(BEARER)), target=Target(), files=key_file(key))
    assert signer.key is not None
    bearer = credentials_for(door, signer, SCOPES)["bearer"]
    token = read_token(bearer.reveal())
    assert (token.algorithm, token.audience, token.access) == (algorithm, ("container_registry",), SCOPES)


def dated(ahead: float, *headers: tuple[str, str], url: str = "https://r.example.com") -> Ping:
    """A challenge from a clock that is some seconds ahead of ours."""
    now = time.time()
    date = ("Date", email.utils.formatdate(now + ahead, usegmt=True))
    return ping(BEARER, date, *headers, url=url, started=now - 2, seconds=2.0)


@pytest.mark.parametrize("ahead", [-7200, 0, 7200])
def test_a_token_is_signed_at_the_registrys_time_and_never_before_it(ahead: float, door: Http) -> None:
    files = key_file(ed25519.Ed25519PrivateKey.generate())
    found = gather(PublicAnswer(dated(ahead)), target=Target(), files=files)
    token = read_token(credentials_for(door, found, SCOPES)["bearer"].reveal())
    assert token.issued is not None
    assert -3 <= token.issued - (time.time() + ahead) <= 0


def test_the_clock_of_the_registry_itself_counts_before_that_of_a_proxy_in_front() -> None:
    proxy, registry = dated(600), dated(30, url="http://127.0.0.1:5000")
    assert gather(PublicAnswer(proxy)).clock_offset == pytest.approx(600, abs=2)
    assert gather(PublicAnswer(proxy), InternalAnswer(registry)).clock_offset == pytest.approx(30, abs=2)
    assert gather(PublicAnswer(proxy), InternalAnswer(ping(status=502))).clock_offset == pytest.approx(600, abs=2)


def test_without_a_date_that_can_be_trusted_the_local_clock_counts() -> None:
    assert gather(PublicAnswer(ping(BEARER))).clock_offset == 0
    assert gather(PublicAnswer(dated(600, ("Age", "90")))).clock_offset == 0


def test_a_key_that_cannot_sign_is_named_and_not_shown() -> None:
    files = key_file(dsa.generate_private_key(2048))
    assert files.key is not None
    assert files.key.contents is not None
    pem = files.key.contents.private_key_pem
    assert pem is not None
    for value in (pem.reveal(), "-----BEGIN PRIVATE KEY-----\nMIIBroken\n-----END PRIVATE KEY-----\n"):
        key = SigningKey(Secret(value, "private key"), "/etc/registry.key", "")
        with pytest.raises(CouldNotGatherError, match=r"^/etc/registry\.key cannot sign a token: ") as caught:
            signed(source("https://x/"), key, ())
        assert value.splitlines()[1] not in str(caught.value)


def test_the_realm_is_asked_as_docker_asks_and_gets_the_login(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b'{"token": "abc.def.ghi"}'))
    credentials = credentials_for(door, source(f"{server.url}/jwt/auth", server.url), SCOPES)
    assert credentials["bearer"].reveal() == "abc.def.ghi"
    login = "GET /jwt/auth?service=container_registry"
    assert server.asked() == [login, f"{login}&scope=repository%3Aa%2Fb%3Apull%2Cpush"]
    assert [one.headers["Authorization"] for one in server.seen] == [BASIC, BASIC]
    ask_realm(door, source(f"{server.url}/auth?x=1", server.url, login=None), ())
    assert server.asked()[2] == "GET /auth?x=1&service=container_registry"
    assert "Authorization" not in server.seen[2].headers


@pytest.mark.parametrize("realm", ["http://gitlab.example.com/jwt/auth", "ftp://x/", "nonsense", "", "http://[bad"])
def test_the_password_does_not_go_to_a_realm_where_it_does_not_belong(realm: str, door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="the password was not sent") as caught:
        credentials_for(door, source(realm), SCOPES)
    assert "correct horse" not in str(caught.value)


def test_the_password_does_not_go_over_plain_http_to_another_name_of_the_host(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda _: (200, {}, b"{}"))
    with pytest.raises(CouldNotGatherError, match="the password was not sent"):
        credentials_for(door, source(f"{server.url}/jwt/auth", "https://r.example.com"), SCOPES)
    assert server.seen == []


def test_the_password_does_not_go_to_a_realm_whose_certificate_does_not_verify(
    serve: Callable[..., Any], tls: ssl.SSLContext, door: Http
) -> None:
    server = serve(lambda _: (200, {}, b'{"token": "t.t.t"}'), tls)
    with pytest.raises(CouldNotGatherError, match=r"gave no token.*certificate not accepted"):
        credentials_for(door, source(f"{server.url}/jwt/auth"), SCOPES)
    assert server.seen == []


def test_the_password_does_not_follow_a_redirect(serve: Callable[..., Any], door: Http) -> None:
    thief = serve(lambda _: (200, {}, b'{"token": "t.t.t"}'))
    server = serve(lambda _: (307, {"Location": f"{thief.url}/steal"}, b""))
    with pytest.raises(CouldNotGatherError, match=r"gave no token.*307"):
        credentials_for(door, source(f"{server.url}/jwt/auth", server.url), SCOPES)
    assert thief.seen == []


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ({"token": "one"}, "one"),
        ({"access_token": "two"}, "two"),
        ({"token": "one", "access_token": "two"}, "one"),
        ({"token": "", "access_token": "two"}, "two"),
        ({"token": 5, "access_token": "two"}, "two"),
        ({"token": ""}, None),
        ({"token": None}, None),
        ({"refresh_token": "three"}, None),
        ([], None),
        ("one", None),
    ],
)
def test_the_token_is_found_under_either_name(answer: object, token: str | None) -> None:
    found = token_in(Exchange("GET", "https://x/", status=200, body=json.dumps(answer).encode()))
    assert (found.reveal() if found else None) == token


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>Sign in</html>", "200, 20 bytes"),
        (403, b'{"errors": [{"code": "DENIED", "message": "access forbidden"}]}', "403"),
        (404, b'{"errors": [{"code": "UNAVAILABLE"}]}', "404"),
        (401, b'{"token": "t.t.t"}', "401"),
    ],
)
def test_an_answer_without_a_token_is_quoted(
    serve: Callable[..., Any], door: Http, status: int, body: bytes, words: str
) -> None:
    server = serve(lambda _: (status, {}, body))
    with pytest.raises(CouldNotGatherError, match=f"the token service gave no token: .*{words}") as caught:
        credentials_for(door, source(f"{server.url}/jwt/auth", server.url), SCOPES)
    assert "correct horse" not in str(caught.value)


def test_an_endless_answer_ends_at_the_cap(door: Http) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def flood() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"token": "')
            try:
                while True:
                    connection.sendall(b"a" * 65536)
            except OSError:
                return

    thread = threading.Thread(target=flood)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    exchange = ask_realm(door, source(url, url), SCOPES)
    assert exchange.truncated
    assert token_in(exchange) is None
    thread.join(10)
    assert not thread.is_alive()


def test_without_anything_to_answer_by_it_is_said_what_to_pass(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="--username and --password-stdin"):
        credentials_for(door, source("https://x/", login=None), SCOPES)
    with pytest.raises(CouldNotGatherError, match="the registry wants a login"):
        credentials_for(door, source("r", scheme="basic", login=None), SCOPES)
    with pytest.raises(CouldNotGatherError, match="there was no answer to the login"):
        credentials_for(door, source("r", "http://127.0.0.1:9", scheme="basic"), SCOPES)
    assert credentials_for(door, TokenSource(False, "", "", ""), SCOPES) == {}


STORED = LoginSource(Login("bob", Secret("battery staple", "password"), "/root/.docker/config.json"))


def test_a_stored_login_is_used_where_none_was_given_and_its_origin_is_told() -> None:
    found = gather(PublicAnswer(ping(BEARER)), target=Target(), logins=STORED)
    assert found.login == STORED.login
    assert found.words == "as bob (/root/.docker/config.json)"
    assert gather(PublicAnswer(ping(BEARER)), logins=STORED).login == LOGIN


def test_a_stored_login_is_left_out_where_no_certificate_verified_and_that_is_told(door: Http) -> None:
    failed = Ping(Endpoint("https://r.example.com", Quote("", "")), Exchange("GET", "https://r.example.com/v2/"))
    shown = PublicAnswer(failed, unverified=ping(BEARER, verified=False))
    found = gather(shown, target=Target(), logins=STORED)
    assert found.login is None
    assert found.words == "anonymously (a stored login was not sent: no certificate verified)"
    with pytest.raises(CouldNotGatherError, match=r"a login for it: .*; a stored login was not sent"):
        credentials_for(door, found, SCOPES)


def test_why_a_stored_login_could_not_be_had_is_told() -> None:
    found = gather(PublicAnswer(ping(BEARER)), target=Target(), logins=LoginSource(None, "docker-credential-x failed"))
    assert found.words == "anonymously (docker-credential-x failed)"
