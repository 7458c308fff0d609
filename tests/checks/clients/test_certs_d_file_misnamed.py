"""Names and contents of files in certs.d are judged as skopeo 1.9 judged them when it was tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from regdoctor.check import Dialect, Fail, Unknown
from regdoctor.checks.clients.certs_d_file_misnamed import certs_d_file_misnamed
from regdoctor.evidence.certs_d import CertsFolder, Client
from regdoctor.formats.hosts_toml import HostsTomls, parse_hosts_toml

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients
    from tests.checks.conftest import Given


def _fails(clients: Clients, folder: CertsFolder) -> list[Fail]:
    return clients.given.fails(certs_d_file_misnamed, certs=clients.certs(folder))


def test_an_authority_and_a_clients_pair_pass(clients: Clients, given: Given) -> None:
    pem, key = given.certificate(given.rsa()), given.key_pem(given.rsa())
    assert _fails(clients, clients.folder("a", ca_crt=pem, client_cert=pem, client_key=key, README_md=b"x")) == []


def test_an_authority_with_the_clients_ending_is_refused(clients: Clients, given: Given) -> None:
    folder = clients.folder("a", ca_cert=given.certificate(given.rsa()))
    (fail,) = _fails(clients, folder)
    assert "ca.key is not there" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == (f"sudo mv '{folder.path}/ca.cert' '{folder.path}/ca.crt'",)


def test_a_key_without_its_certificate_is_refused(clients: Clients, given: Given) -> None:
    pem, key = given.certificate(given.rsa()), given.key_pem(given.rsa())
    (fail,) = _fails(clients, clients.folder("a", registry_crt=pem, registry_key=key))
    assert "registry.key is there without registry.cert" in fail.message
    assert len(fail.evidence) == 2


def test_a_certificate_with_another_ones_key_is_refused(clients: Clients, given: Given) -> None:
    pem, key = given.certificate(given.rsa(1)), given.key_pem(given.rsa(2))
    (fail,) = _fails(clients, clients.folder("a", c_cert=pem, c_key=key))
    assert "c.cert and c.key are no pair" in fail.message


@pytest.mark.parametrize("data", [b"no certificate", b""])
def test_an_authority_that_is_none_is_passed_over(clients: Clients, data: bytes) -> None:
    (fail,) = _fails(clients, clients.folder("a", ca_crt=data))
    assert "passed over" in fail.message


def test_an_authority_in_der_is_converted(clients: Clients, given: Given) -> None:
    (fail,) = _fails(clients, clients.folder("a", ca_crt=given.certificate(given.rsa(), Encoding.DER)))
    assert "-inform der" in fail.remedy[Dialect.PLAIN].commands[0]


def test_an_authority_with_another_ending_counts_where_none_else_is_there(clients: Clients, given: Given) -> None:
    pem = given.certificate(given.rsa())
    (fail,) = _fails(clients, clients.folder("a", ca_pem=pem))
    assert "must have the ending .crt" in fail.message
    assert _fails(clients, clients.folder("a", ca_pem=pem, ca_crt=pem)) == []


def test_containerd_follows_hosts_toml_where_there_is_one(clients: Clients, given: Given) -> None:
    pem = given.certificate(given.rsa())
    assert _fails(clients, clients.folder("a", Client.CONTAINERD, hosts_toml=b"", ca_cert=pem)) == []
    assert _fails(clients, clients.folder("a", Client.DOCKER, hosts_toml=b"", ca_pem=pem)) == []
    assert len(_fails(clients, clients.folder("a", Client.CONTAINERD, ca_cert=pem))) == 1
    assert len(_fails(clients, clients.folder("a", Client.PODMAN, hosts_toml=b"", ca_cert=pem))) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('server = "https://a"', 1),
        ('[host."https://a"]\ncapabilities = ["pull"]', 1),
        ('[host."https://a"]\nca = "/etc/containerd/certs.d/a/ca.crt"', 0),
        ('ca = "ca.crt"', 0),
        ('[host."https://a"]\nskip_verify = true', 0),
        ("", 0),
    ],
)
def test_containerd_passes_over_what_hosts_toml_does_not_name(
    clients: Clients, given: Given, text: str, found: int
) -> None:
    folder = clients.folder("a", Client.CONTAINERD, hosts_toml=b"", ca_crt=given.certificate(given.rsa()))
    toml = parse_hosts_toml(text.encode(), f"{folder.path}/hosts.toml")
    fails = clients.given.fails(certs_d_file_misnamed, certs=clients.certs(folder), hosts=HostsTomls((toml,)))
    assert len(fails) == found
    elsewhere = HostsTomls((parse_hosts_toml(text.encode(), "/etc/containerd/certs.d/b/hosts.toml"),))
    assert clients.given.fails(certs_d_file_misnamed, certs=clients.certs(folder), hosts=elsewhere) == []


def test_a_certificate_beside_the_folders_is_a_finding(clients: Clients, given: Given) -> None:
    stray = clients.file("/etc/docker/certs.d", "ca_crt", given.certificate(given.rsa()))
    (fail,) = clients.given.fails(certs_d_file_misnamed, certs=clients.certs(stray=[stray]))
    assert fail.resource == "/etc/docker/certs.d/ca.crt"


def test_what_cannot_be_read_is_unknown(clients: Clients) -> None:
    folder = clients.folder("a", ca_crt=b"x")
    broken = replace(folder, files=(replace(folder.files[0], contents=None, problem="ca.crt: permission denied"),))
    assert clients.given.outcomes(certs_d_file_misnamed, certs=clients.certs(broken)) == [
        Unknown("ca.crt: permission denied")
    ]
