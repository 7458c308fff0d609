"""The addresses of a name: each is connected to, in time, and what stands in the way is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.addresses import Addresses
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import FailureKind
from regdoctor.probe import NotApplicableError
from regdoctor.probes import addresses as module
from regdoctor.probes.addresses import look_at_addresses

NAME = "registry.example.test"


def endpoint(port: int, host: str = NAME) -> Endpoint:
    """An https endpoint."""
    return Endpoint(f"https://{host}:{port}", Quote("command line", "--registry"))


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets NAME stand for the given addresses."""
    real = socket.getaddrinfo

    def to(*hosts: str) -> None:
        def answer(host: str, port: int, *more: Any, **words: Any) -> list[Any]:
            return [row for one in (hosts if host == NAME else (host,)) for row in real(one, port, *more, **words)]

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    return to


@pytest.fixture
def listening() -> Any:
    """A port of 127.0.0.1 that accepts connections; other loopback addresses refuse it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_each_address_is_looked_at_once_in_the_order_of_the_resolver(resolve: Any, listening: int) -> None:
    resolve("127.0.0.2", "127.0.0.1", "127.0.0.2")
    found = look_at_addresses(endpoint(listening), 5)
    assert [look.address for look in found.looks] == ["127.0.0.2", "127.0.0.1"]
    assert [look.address for look in found.reachable] == ["127.0.0.1"]
    refused = found.looks[0].failure
    assert refused is not None
    assert (refused.kind, refused.message) == (FailureKind.REFUSED, f"127.0.0.2:{listening}: connection refused")
    assert found.failure is None


def test_an_address_that_swallows_packets_costs_no_more_than_the_deadline(resolve: Any, listening: int) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.3", 0))
        full.listen(0)
        port = full.getsockname()[1]
        # Linux takes one more than the backlog says, and drops what comes after.
        with socket.create_connection(("127.0.0.3", port)), socket.socket(type=socket.SOCK_STREAM) as second:
            second.setblocking(False)
            second.connect_ex(("127.0.0.3", port))
            resolve("127.0.0.3", "127.0.0.4")
            began = time.monotonic()
            found = look_at_addresses(endpoint(port), 0.5)
            assert time.monotonic() - began < 10
    kinds = [look.failure.kind if look.failure else None for look in found.looks]
    assert kinds == [FailureKind.TIMEOUT, FailureKind.REFUSED]
    assert found.looks[0].failure is not None
    assert "still connecting after" in found.looks[0].failure.message


def test_a_name_that_does_not_resolve_is_told(resolve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    found = look_at_addresses(endpoint(443), 5)
    assert found.looks == ()
    assert found.failure is not None
    assert found.failure.kind is FailureKind.NAME
    assert found.failure.message == f"{NAME}: the name does not resolve: Name or service not known"


def test_of_very_many_addresses_the_first_are_looked_at_and_that_is_told(resolve: Any, listening: int) -> None:
    resolve("127.0.0.1", *(f"127.0.1.{number}" for number in range(1, 40)))
    found = look_at_addresses(endpoint(listening), 5)
    assert len(found.looks) == 16
    assert found.failure is not None
    assert found.failure.message == f"{NAME}: 40 addresses, of which the first 16 were looked at"


def test_behind_a_proxy_of_the_environment_nothing_is_looked_at(resolve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(NotApplicableError, match="reached through a proxy of the environment"):
        look_at_addresses(endpoint(443), 5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_behind_a_proxy(host: str, listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    found = look_at_addresses(endpoint(listening, host), 5)
    assert "127.0.0.1" in [look.address for look in found.reachable]


def test_the_probe_looks_at_the_public_address(listening: int) -> None:
    found = module.addresses.gather(Endpoints(endpoint(listening, "127.0.0.1"), None, None, None))
    assert isinstance(found, Addresses)
    assert len(found.reachable) == 1


def test_without_a_public_address_there_is_nothing_to_look_at() -> None:
    with pytest.raises(NotApplicableError, match="not known"):
        module.addresses.gather(Endpoints(None, None, None, None))
