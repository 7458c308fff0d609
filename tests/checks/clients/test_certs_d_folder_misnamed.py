"""A folder of certs.d that no client opens is a finding; every spelling that one opens passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.clients.certs_d_folder_misnamed import certs_d_folder_misnamed
from regdoctor.evidence.certs_d import Client

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients
    from tests.checks.conftest import Given

REGISTRY = "production:\n  registry:\n    host: registry.example.com\n    port: 5050\n"


@pytest.mark.parametrize(
    ("name", "client"),
    [
        ("registry.example.com", Client.DOCKER),
        ("registry.example.com:5000", Client.PODMAN),
        ("[::1]:5000", Client.DOCKER),
        ("10.0.0.1:5000", Client.DOCKER),
        ("localhost", Client.CONTAINERD),
        ("_default", Client.CONTAINERD),
        ("registry.example.com_5000_", Client.CONTAINERD),
    ],
)
def test_the_name_of_a_registry_passes(clients: Clients, name: str, client: Client) -> None:
    assert clients.given.fails(certs_d_folder_misnamed, certs=clients.certs(clients.folder(name, client))) == []


@pytest.mark.parametrize("name", ["_default", "registry.example.com_5000_"])
def test_a_folder_of_docker_that_containerd_reads_may_have_its_names(clients: Clients, name: str) -> None:
    certs = clients.certs(clients.folder(name, hosts_toml=b""))
    assert clients.given.fails(certs_d_folder_misnamed, certs=certs) == []


@pytest.mark.parametrize(
    ("name", "client", "right"),
    [
        ("registry.example.com.crt:5000", Client.DOCKER, "registry.example.com:5000"),
        ("registry.example.com.crt", Client.PODMAN, "registry.example.com"),
        ("registry.example.com_5000_", Client.DOCKER, "registry.example.com:5000"),
    ],
)
def test_a_name_that_can_be_mended_is_moved(clients: Clients, name: str, client: Client, right: str) -> None:
    folder = clients.folder(name, client)
    (fail,) = clients.given.fails(certs_d_folder_misnamed, certs=clients.certs(folder))
    assert fail.resource == folder.path
    target = folder.path.removesuffix(name) + right
    assert fail.remedy[Dialect.PLAIN].commands == (f"sudo mv '{folder.path}' '{target}'",)


@pytest.mark.parametrize("name", ["registry.example.com:99999", "registry.example.com:", "my registry", "_default"])
def test_what_is_no_host_is_a_finding(clients: Clients, name: str) -> None:
    (fail,) = clients.given.fails(certs_d_folder_misnamed, certs=clients.certs(clients.folder(name)))
    assert "not a host with a port" in fail.message


def test_the_registrys_own_folder_needs_its_port(clients: Clients, given: Given) -> None:
    certs = clients.certs(clients.folder("registry.example.com"))
    (fail,) = clients.given.fails(certs_d_folder_misnamed, certs=certs, gitlab=given.gitlab(REGISTRY))
    assert "registry.example.com:5050" in fail.message
    assert [quote.line for quote in fail.evidence] == [None, 3, 4]


@pytest.mark.parametrize("other", ["registry.example.com:5050"])
def test_a_folder_with_the_port_beside_it_is_enough(clients: Clients, given: Given, other: str) -> None:
    certs = clients.certs(clients.folder("registry.example.com"), clients.folder(other))
    assert clients.given.fails(certs_d_folder_misnamed, certs=certs, gitlab=given.gitlab(REGISTRY)) == []


def test_another_clients_folder_is_not(clients: Clients, given: Given) -> None:
    certs = clients.certs(
        clients.folder("registry.example.com"), clients.folder("registry.example.com:5050", Client.PODMAN)
    )
    assert len(clients.given.fails(certs_d_folder_misnamed, certs=certs, gitlab=given.gitlab(REGISTRY))) == 1


@pytest.mark.parametrize("port", ["", "\n    port: 443", "\n    port: 80"])
def test_a_registry_on_the_usual_port_needs_none(clients: Clients, given: Given, port: str) -> None:
    gitlab = given.gitlab(f"production:\n  registry:\n    host: registry.example.com{port}\n")
    certs = clients.certs(clients.folder("registry.example.com"))
    assert clients.given.fails(certs_d_folder_misnamed, certs=certs, gitlab=gitlab) == []
