"""OpenSSL's words lead to the failure mode, and a failure of another kind is not put down to the certificate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.tls_not_verified import tls_not_verified
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.exchange import FailureKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://registry.example.com"


def _tls(given: Given, reason: str, url: str = URL) -> Ping:
    host = url.partition("://")[2]
    return given.ping(url, fails=(FailureKind.TLS, f"{host}: certificate not accepted: {reason}"))


@pytest.mark.parametrize(
    ("reason", "mode"),
    [
        ("self-signed certificate", "TLS-01"),
        ("self-signed certificate in certificate chain", "TLS-01"),
        ("self signed certificate", "TLS-01"),
        ("unable to get local issuer certificate", "TLS-01"),
        ("unable to get issuer certificate", "TLS-01"),
        ("unable to verify the first certificate", "TLS-01"),
        ("certificate has expired", "TLS-05"),
        ("certificate is not yet valid", "TLS-05"),
        ("Hostname mismatch, certificate is not valid for 'registry.example.com'", "TLS-04"),
        ("Hostname mismatch, certificate is not valid for 'expired.example.com'", "TLS-04"),
        ("IP address mismatch, certificate is not valid for '10.0.0.1'", "TLS-04"),
    ],
)
def test_the_words_of_openssl_tell_the_failure_mode(given: Given, reason: str, mode: str) -> None:
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, reason), unverified=given.asks(URL)))
    assert fail.failure_modes == (mode,)
    assert reason in fail.message
    assert fail.resource == URL
    assert len(fail.evidence) == 2


def test_words_in_the_hosts_name_do_not_count(given: Given) -> None:
    url = "https://expired.not-valid-for.mismatch.example.com"
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, "self-signed certificate", url)))
    assert fail.failure_modes == ("TLS-01",)


def test_a_reason_without_a_failure_mode_is_a_finding_without_one(given: Given) -> None:
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, "invalid CA certificate")))
    assert fail.failure_modes == ()


@pytest.mark.parametrize("reason", ["sslv3 alert handshake failure", "tlsv1 alert protocol version"])
def test_tls_that_does_not_come_about_is_not_the_certificates_fault(given: Given, reason: str) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, f"registry.example.com: {reason}"))
    fail = given.fail(tls_not_verified, public=given.public(ping))
    assert "does not come about" in fail.message
    assert fail.failure_modes == ()
    assert "intermediates" not in fail.remedy[Dialect.PLAIN].text


def test_plain_http_where_tls_is_expected(given: Given) -> None:
    ping = given.ping("https://h:5000", fails=(FailureKind.TLS, "h:5000: wrong version number"))
    fail = given.fail(tls_not_verified, public=given.public(ping, plain=given.asks("http://h:5000")))
    assert fail.failure_modes == ("TLS-06",)
    setting = json.loads(fail.remedy[Dialect.PLAIN].commands[0])
    assert setting == {"insecure-registries": ["h:5000"]}


@pytest.mark.parametrize(
    "body", [b"The plain HTTP request was sent to HTTPS port", b"Client sent an HTTP request to an HTTPS server.\n"]
)
def test_a_port_that_wants_tls_is_not_said_to_speak_plain_http(given: Given, body: bytes) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com: tlsv1 alert protocol version"))
    plain = given.ping("http://registry.example.com:443", 400, body=body)
    fail = given.fail(tls_not_verified, public=given.public(ping, plain=plain))
    assert "TLS-06" not in (fail.failure_modes or ())


@pytest.mark.parametrize(
    ("url", "folder", "connect"),
    [
        ("https://h.example.com", "h.example.com", "h.example.com:443"),
        ("https://h.example.com:5050", "h.example.com:5050", "h.example.com:5050"),
        ("https://[2001:db8::1]:5050", "[2001:db8::1]:5050", "[2001:db8::1]:5050"),
    ],
)
def test_commands_name_the_registry_as_docker_and_openssl_do(given: Given, url: str, folder: str, connect: str) -> None:
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, "self-signed certificate", url)))
    look, trust = fail.remedy[Dialect.PLAIN].commands
    assert f"-connect {connect} " in look
    assert trust.endswith(f"/etc/docker/certs.d/{folder}/ca.crt")


def test_a_certificate_that_verifies_passes(given: Given) -> None:
    assert URL in given.passes(tls_not_verified, public=given.public(given.asks(URL)))


def test_plain_http_that_was_asked_for_is_no_concern(given: Given) -> None:
    given.skips(tls_not_verified, public=given.public(given.asks("http://localhost:5000")))


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.TLS])
def test_without_a_connection_the_certificate_is_unknown(given: Given, kind: FailureKind) -> None:
    given.unknown(tls_not_verified, public=given.public(given.down(URL, kind)))


@pytest.mark.parametrize("alert", ["tlsv13 alert certificate required", "sslv3 alert bad certificate"])
def test_a_server_that_wants_a_clients_certificate_may_serve_those_who_have_one(given: Given, alert: str) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, f"registry.example.com:443: {alert}"))
    assert "certificate of the client" in given.unknown(tls_not_verified, public=given.public(ping))


@pytest.mark.parametrize("reason", ["EE certificate key too weak", "CA certificate key too weak"])
def test_a_key_that_only_openssl_finds_too_weak_is_unknown(given: Given, reason: str) -> None:
    assert "docker may" in given.unknown(tls_not_verified, public=given.public(_tls(given, reason)))


def test_a_failure_that_does_not_come_again_is_unknown(given: Given) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com:443: tlsv1 alert internal error"))
    reason = given.unknown(tls_not_verified, public=given.public(ping, unverified=given.asks(URL)))
    assert "internal error" in reason


def test_a_refused_certificate_is_a_finding_also_where_the_second_look_failed(given: Given) -> None:
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, "certificate has expired")))
    assert fail.failure_modes == ("TLS-05",)
    assert len(fail.evidence) == 1


TO_TLS = ("Location", "https://registry.example.com/v2/")


def test_a_port_that_sends_plain_http_on_to_tls_is_not_said_to_speak_plain_http(given: Given) -> None:
    ping = given.ping(URL, fails=(FailureKind.TLS, "registry.example.com:443: tlsv1 alert protocol version"))
    plain = given.ping("http://registry.example.com:443", 301, TO_TLS)
    fail = given.fail(tls_not_verified, public=given.public(ping, plain=plain))
    assert "does not come about" in fail.message
    assert fail.failure_modes == ()


def test_a_port_without_tls_may_send_on_to_one_with_it(given: Given) -> None:
    said = "registry.example.com:443: wrong version number: it does not speak TLS; most likely plain HTTP answered"
    ping = given.ping(URL, fails=(FailureKind.TLS, said))
    plain = given.ping("http://registry.example.com:443", 301, TO_TLS)
    fail = given.fail(tls_not_verified, public=given.public(ping, plain=plain))
    assert fail.failure_modes == ("TLS-06",)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("certificate has expired", "Renew the certificate"),
        ("Hostname mismatch, certificate is not valid for 'registry.example.com'", "lists registry.example.com;"),
        ("self-signed certificate", "--ca-file"),
    ],
)
def test_each_failure_mode_has_its_own_remedy_and_omnibus_reloads_nginx(given: Given, reason: str, words: str) -> None:
    fail = given.fail(tls_not_verified, public=given.public(_tls(given, reason)))
    assert all(words in remedy.text for remedy in fail.remedy.values())
    assert fail.remedy[Dialect.OMNIBUS].commands[-1] == "sudo gitlab-ctl hup nginx"
    assert not any("gitlab-ctl" in command for command in fail.remedy[Dialect.PLAIN].commands)


@pytest.mark.parametrize(
    "body",
    [
        b"<center>The plain HTTP request was sent to HTTPS port</center>",
        b"Client sent an HTTP request to an HTTPS server.\n",
    ],
)
def test_a_port_for_tls_that_is_asked_by_plain_http_says_so(given: Given, body: bytes) -> None:
    ping = given.ping("http://registry.example.com:5050", 400, body=body)
    fail = given.fail(tls_not_verified, public=given.public(ping))
    assert fail.failure_modes == ("TLS-07",)
    assert "https://registry.example.com:5050" in fail.remedy[Dialect.PLAIN].text


def test_a_registry_on_plain_http_is_not_judged(given: Given) -> None:
    given.skips(tls_not_verified, public=given.public(given.ping("http://registry.example.com:5050", 401)))
