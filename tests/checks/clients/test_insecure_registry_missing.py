"""A registry without TLS that this host's Docker is not told of."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.clients.insecure_registry_missing import insecure_registry_missing
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.docker_service import DockerService
from regdoctor.evidence.exchange import FailureKind

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients

PLAIN = "http://registry.example.com:5000"


def plain(clients: Clients, url: str = PLAIN, peer: str = "10.20.0.7:5000") -> PublicAnswer:
    """A registry that was asked, and answers, without TLS."""
    ping = clients.given.asks(url)
    return PublicAnswer(dataclasses.replace(ping, exchange=dataclasses.replace(ping.exchange, peer=peer)))


def test_one_that_is_not_listed_is_told(clients: Clients) -> None:
    fail = clients.given.fail(
        insecure_registry_missing,
        public=plain(clients),
        daemons=clients.daemon('{\n"insecure-registries": ["other.example.com:5000"]}'),
    )

    assert "registry.example.com:5000 speaks plain HTTP" in fail.message
    assert fail.evidence[-1].line == 2
    assert fail.remedy[Dialect.PLAIN].commands[0] == (
        '{"insecure-registries": ["other.example.com:5000", "registry.example.com:5000"]}'
    )


def test_the_look_that_tried_tls_first_counts(clients: Clients) -> None:
    given = clients.given
    first = given.ping("https://registry.example.com:5000", fails=(FailureKind.TLS, "wrong version number"))
    public = PublicAnswer(first, plain=given.asks(PLAIN))

    fail = given.fail(insecure_registry_missing, public=public, daemons=clients.daemon("{}"))

    assert fail.resource == "registry.example.com:5000"


@pytest.mark.parametrize("entry", ["registry.example.com:5000", "http://registry.example.com:5000", "10.20.0.0/16"])
def test_one_that_is_listed_passes(clients: Clients, entry: str) -> None:
    daemons = clients.daemon(f'{{"insecure-registries": ["{entry}"]}}')

    assert clients.given.passes(insecure_registry_missing, public=plain(clients), daemons=daemons)


def test_an_option_of_the_daemon_counts(clients: Clients) -> None:
    service = DockerService((), ("dockerd", "--insecure-registry=registry.example.com:5000"))

    assert clients.given.passes(insecure_registry_missing, public=plain(clients), service=service)


@pytest.mark.parametrize("entry", ["registry.example.com", "registry.example.com:5001", "example.com:5000"])
def test_docker_compares_letter_by_letter(clients: Clients, entry: str) -> None:
    daemons = clients.daemon(f'{{"insecure-registries": ["{entry}"]}}')

    fail = clients.given.fail(insecure_registry_missing, public=plain(clients), daemons=daemons)

    assert entry in fail.evidence[-1].quote


@pytest.mark.parametrize("entry", ["registry.example.com", "registry.example.com:80"])
@pytest.mark.parametrize("url", ["http://registry.example.com", "http://registry.example.com:80"])
def test_on_the_schemes_own_port_images_may_be_named_with_it_or_without(clients: Clients, url: str, entry: str) -> None:
    daemons = clients.daemon(f'{{"insecure-registries": ["{entry}"]}}')

    assert clients.given.passes(insecure_registry_missing, public=plain(clients, url, "10.20.0.7:80"), daemons=daemons)


def test_another_port_is_another_registry(clients: Clients) -> None:
    daemons = clients.daemon('{"insecure-registries": ["registry.example.com:443", "registry.example.com:8080"]}')
    public = plain(clients, "http://registry.example.com", "10.20.0.7:80")

    fail = clients.given.fail(insecure_registry_missing, public=public, daemons=daemons)

    assert fail.resource == "registry.example.com"


@pytest.mark.parametrize(("url", "peer"), [("http://127.0.0.1:5000", "127.0.0.1:5000"), (PLAIN, "127.0.1.1:5000")])
def test_loopback_is_insecure_to_docker_anyway(clients: Clients, url: str, peer: str) -> None:
    told = clients.given.passes(
        insecure_registry_missing, public=plain(clients, url, peer), daemons=clients.daemon("{}")
    )

    assert "loopback" in told


def test_a_registry_with_tls_does_not_concern_it(clients: Clients) -> None:
    public = PublicAnswer(clients.given.asks())

    assert "no registry" in clients.given.skips(insecure_registry_missing, public=public, daemons=clients.daemon("{}"))


def test_a_host_without_docker_is_not_told_about_it(clients: Clients) -> None:
    none = clients.given.no_such
    told = clients.given.skips(insecure_registry_missing, public=plain(clients), daemons=none, service=none, disk=none)

    assert "no Docker" in told


def test_a_daemon_json_that_could_not_be_read_leaves_it_open(clients: Clients) -> None:
    service = DockerService((), ("dockerd",))

    assert clients.given.unknown(
        insecure_registry_missing, public=plain(clients), daemons=clients.given.not_here, service=service
    )


def test_a_host_with_docker_and_no_daemon_json_is(clients: Clients) -> None:
    fail = clients.given.fail(
        insecure_registry_missing,
        public=plain(clients),
        daemons=clients.given.no_such,
        service=DockerService((), ("dockerd",)),
    )

    assert fail.evidence[-1].source == "/etc/docker/daemon.json"
