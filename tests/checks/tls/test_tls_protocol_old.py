"""TLS below 1.2 is a finding; a key or cipher that OpenSSL alone refuses is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.tls_protocol_old import tls_protocol_old
from regdoctor.evidence.exchange import Failure, FailureKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

FIRST = Failure(FailureKind.TLS, "registry.example.com:5050: unsupported protocol")


@pytest.mark.parametrize("protocol", ["TLSv1", "TLSv1.1"])
def test_an_old_version_alone_is_a_finding(given: Given, served: Served, protocol: str) -> None:
    look = served.look(old_only=True, protocol=protocol, refused_first=FIRST)
    fail = given.fail(tls_protocol_old, looks=served.looks(look))
    assert protocol in fail.message
    assert "unsupported protocol" in fail.evidence[1].quote


def test_omnibus_is_told_in_the_words_of_its_own_file(given: Given, served: Served) -> None:
    rb = given.rb("registry_nginx['listen_port'] = 5050")
    looks = served.looks(served.look(old_only=True, protocol="TLSv1.1"))
    fail = given.fail(tls_protocol_old, looks=looks, rb=rb)
    assert fail.remedy[Dialect.OMNIBUS].commands[0].startswith("registry_nginx['ssl_protocols']")
    service = served.looks(served.look(whose="token service", old_only=True, protocol="TLSv1.1"))
    command = given.fail(tls_protocol_old, looks=service, rb=rb).remedy[Dialect.OMNIBUS].commands[0]
    assert command.startswith("nginx['ssl_protocols']")


def test_a_weak_key_in_a_present_version_is_unknown(given: Given, served: Served) -> None:
    look = served.look(old_only=True, protocol="TLSv1.2", refused_first=FIRST)
    assert "docker may" in given.unknown(tls_protocol_old, looks=served.looks(look))


def test_a_present_version_passes(given: Given, served: Served) -> None:
    assert "TLSv1.3" in given.passes(tls_protocol_old, looks=served.looks(served.look()))


def test_without_a_handshake_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(tls_protocol_old, looks=served.looks(served.broken("alert")))
