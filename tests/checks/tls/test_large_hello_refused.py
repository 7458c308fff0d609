"""A large ClientHello that is cut off where a small one gets through is told, with its likely causes in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.tls.large_hello_refused import large_hello_refused
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.large_hello import OBJECT_STORE, REGISTRY, HelloLook, HelloTrial, LargeHello

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SMALL, LARGE = HelloLook(517, 0.01), HelloLook(1913, 0.01)
STALLS = HelloLook(1913, 4.0, Failure(FailureKind.TIMEOUT, "r:443: still setting up TLS after 4 s"))
CUT = HelloLook(1913, 0.1, Failure(FailureKind.RESET, "r:443: closed the connection"))
ALERT = HelloLook(1913, 0.1, Failure(FailureKind.TLS, "r:443: handshake failure"))
DOWN = HelloLook(0, 0.1, Failure(FailureKind.REFUSED, "r:443: connection refused"))


def hello(
    *large: HelloLook,
    small: tuple[HelloLook, ...] = (SMALL, SMALL),
    whose: str = REGISTRY,
    url: str = "https://r.example.com",
    spared: Quote | None = None,
) -> LargeHello:
    """One server that was tried."""
    return LargeHello((HelloTrial(whose, Endpoint(url, Quote("/etc/x.yml", "host: r", 7)), small, large, spared),))


def test_a_reset_speaks_of_a_firewall_first(given: Given) -> None:
    fail = given.fail(large_hello_refused, hello=hello(CUT, CUT))
    assert fail.message == (
        "TLS with r.example.com:443 (registry) comes about with a ClientHello of 517 bytes, and is cut off with one of "
        "1913, as Go 1.24 and later can send it"
    )
    assert fail.failure_modes == ("TLS-13",)
    assert fail.severity is None
    assert large_hello_refused.severity is Severity.ERROR
    assert fail.resource == "https://r.example.com"
    assert [quote.quote.partition(" →")[0] for quote in fail.evidence[:4]] == [
        "ClientHello of 517 bytes",
        "ClientHello of 1913 bytes",
    ] * 2
    assert fail.remedy[Dialect.PLAIN].text.startswith("Look for a firewall or load balancer")


def test_a_stall_speaks_of_lost_packets_first(given: Given) -> None:
    fail = given.fail(large_hello_refused, hello=hello(STALLS, STALLS))
    assert "stalls with one of 1913" in fail.message
    assert fail.failure_modes == ("CLI-05", "TLS-13")
    assert fail.remedy[Dialect.PLAIN].text.startswith("Look for packets of full size that are lost (MTU)")
    assert fail.remedy[Dialect.PLAIN].commands[0] == "ping -c 3 -M do -s 1472 r.example.com"


def test_the_ping_leaves_room_for_the_headers_of_ipv6(given: Given) -> None:
    fail = given.fail(large_hello_refused, hello=hello(CUT, CUT, url="https://[2a00::7]:5050"))
    assert fail.remedy[Dialect.PLAIN].commands[0] == "ping -c 3 -M do -s 1452 2a00::7"


def test_before_the_object_store_the_registry_is_the_client(given: Given) -> None:
    fail = given.fail(large_hello_refused, hello=hello(CUT, CUT, whose=OBJECT_STORE))
    assert fail.severity is Severity.WARNING
    assert 'registry[\'env\'] = { "GODEBUG" => "tlsmlkem=0" }' in fail.remedy[Dialect.OMNIBUS].commands
    assert 'GODEBUG: "tlsmlkem=0"' in fail.remedy[Dialect.COMPOSE].commands
    assert "registry.extraEnv.GODEBUG=tlsmlkem=0" in fail.remedy[Dialect.HELM].commands[1]


def test_a_registry_that_sends_no_large_one_is_spared(given: Given) -> None:
    spared = Quote("/opt/gitlab/etc/registry/env/GODEBUG", "tlsmlkem=0", 1)
    said = given.passes(large_hello_refused, hello=hello(CUT, CUT, whose=OBJECT_STORE, spared=spared))
    assert said.endswith("and the registry sends none: tlsmlkem=0")


def test_healthy_servers_pass(given: Given) -> None:
    assert given.passes(large_hello_refused, hello=hello(LARGE, small=(SMALL,))) == (
        "r.example.com:443 (registry) takes a ClientHello of 1913 bytes"
    )


@pytest.mark.parametrize(
    ("small", "large"),
    [((SMALL, SMALL), (ALERT, ALERT)), ((SMALL, SMALL), (CUT, LARGE)), ((DOWN,), ()), ((SMALL, DOWN), (CUT,))],
)
def test_other_failures_are_not_put_down_to_the_size(
    small: tuple[HelloLook, ...], large: tuple[HelloLook, ...], given: Given
) -> None:
    reason = given.unknown(large_hello_refused, hello=hello(*large, small=small))
    assert "in another way than by the size" in reason


def test_each_server_is_judged(given: Given) -> None:
    both = LargeHello((*hello(CUT, CUT).trials, *hello(LARGE, small=(SMALL,), whose=OBJECT_STORE).trials))
    assert len(given.outcomes(large_hello_refused, hello=both)) == 2
    assert len(given.fails(large_hello_refused, hello=both)) == 1
