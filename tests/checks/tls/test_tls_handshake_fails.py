"""A handshake that ends before a certificate is shown is a finding, where plain HTTP is not the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.tls.tls_handshake_fails import tls_handshake_fails
from regdoctor.evidence.exchange import Failure, FailureKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

NOT_TLS = Failure(FailureKind.TLS, "registry.example.com:5050: wrong version number", not_tls=True)


@pytest.mark.parametrize("reason", ["tlsv1 unrecognized name", "sslv3 alert handshake failure"])
def test_what_the_server_says_is_told(given: Given, served: Served, reason: str) -> None:
    public = given.public(given.ping(fails=(FailureKind.TLS, f"registry.example.com:5050: {reason}")))
    fail = given.fail(tls_handshake_fails, looks=served.looks(served.broken(reason)), public=public)
    assert reason in fail.message


def test_plain_http_is_the_other_checks(given: Given, served: Served) -> None:
    ping = given.ping(fails=(NOT_TLS.kind, NOT_TLS.message))
    public = given.public(ping, plain=given.asks("http://registry.example.com:5050"))
    look = replace(served.broken("wrong version number"), failure=NOT_TLS)
    said = given.skips(tls_handshake_fails, looks=served.looks(look), public=public)
    assert "plain_http_served" in said
    given.fail(
        tls_handshake_fails, looks=served.looks(replace(look, failure=replace(NOT_TLS, not_tls=False))), public=public
    )


def test_a_failure_that_does_not_come_again_is_unknown(given: Given, served: Served) -> None:
    looks = served.looks(served.broken("tlsv1 alert internal error"))
    assert "internal error" in given.unknown(tls_handshake_fails, looks=looks, public=given.public(given.asks()))


def test_a_missing_client_certificate_is_the_other_checks(given: Given, served: Served) -> None:
    refusal = Failure(FailureKind.TLS, "registry.example.com:5050: sslv3 alert bad certificate")
    looks = served.looks(served.broken("sslv3 alert bad certificate", client_certificate=refusal))
    assert "client_certificates_demanded" in given.skips(tls_handshake_fails, looks=looks)


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.TLS])
def test_without_a_connection_nothing_is_known(given: Given, served: Served, kind: FailureKind) -> None:
    given.unknown(tls_handshake_fails, looks=served.looks(served.broken("no", kind)))


def test_a_handshake_passes(given: Given, served: Served) -> None:
    given.passes(tls_handshake_fails, looks=served.looks(served.look()))
