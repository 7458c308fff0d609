"""Dead addresses beside living ones are told, with who suffers; healthy ways to be unreachable are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.checks.proxy.address_unreachable import address_unreachable
from regdoctor.evidence.addresses import Addresses, AddressLook
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V4, V4_TOO, V6, V6_TOO = "93.184.215.14", "93.184.215.15", "2a00:1450::7", "2a00:1450::8"


def looked(address: str, kind: FailureKind | None = None, words: str = "") -> AddressLook:
    """A look at an address."""
    where = f"[{address}]:443" if ":" in address else f"{address}:443"
    return AddressLook(address, 0.01, Failure(kind, f"{where}: {words or kind.value}") if kind else None)


def refused(address: str) -> AddressLook:
    """Nobody listens there."""
    return looked(address, FailureKind.REFUSED, "connection refused")


def swallowed(address: str) -> AddressLook:
    """Nothing comes back."""
    return looked(address, FailureKind.TIMEOUT, "still connecting after 5 s")


def no_route(address: str) -> AddressLook:
    """This host has no such family."""
    return replace(looked(address, FailureKind.UNREACHABLE, "Network is unreachable"), tried=False)


def name(*looks: AddressLook, host: str = "registry.example.com") -> Addresses:
    """A name with these addresses."""
    return Addresses(Endpoint(f"https://{host}", Quote("/etc/x.yml", "registry: host", 7)), looks)


@pytest.mark.parametrize(
    ("looks", "modes", "words"),
    [
        ([refused(V6), looked(V4)], ("CLI-01",), "docker goes on to the other family, programs that use IPv6 alone"),
        ([looked(V6), refused(V4)], ("CLI-01",), "programs that use IPv4 alone"),
        ([looked(V4), refused(V4_TOO)], ("CLI-01",), "docker goes on, programs that try one address alone fail now"),
        ([looked(V4), swallowed(V4_TOO)], ("CLI-09",), "docker hangs for seconds whenever it tries it first"),
        ([refused(V6), swallowed(V6_TOO), looked(V4)], ("CLI-01", "CLI-09"), "docker loses 0.3 s"),
        ([looked(V4), swallowed("10.0.0.7")], ("CLI-09",), "10.0.0.7 is private, among public ones"),
        ([looked(V4), refused("127.0.0.1")], ("CLI-01",), "127.0.0.1 is private, among public ones"),
        ([looked(V4), looked(V4_TOO), looked("10.0.0.7", FailureKind.UNREACHABLE, "No route to host")], None, "10.0"),
    ],
)
def test_dead_beside_living(looks: list[AddressLook], modes: tuple[str, ...] | None, words: str, given: Given) -> None:
    fail = given.fail(address_unreachable, addresses=name(*looks))
    assert words in fail.message
    assert fail.failure_modes == (modes or ("CLI-01",))
    assert fail.resource == "registry.example.com:443"
    quoted = " ".join(quote.quote for quote in fail.evidence)
    assert all(look.address in quoted for look in looks)
    assert "registry: host" in quoted


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([swallowed(V6), looked(V4)], "IPv6 of this host leads nowhere"),
        ([swallowed(V6), swallowed(V6_TOO), looked(V4), looked(V4_TOO)], f"nothing comes back from {V6}, {V6_TOO}"),
        ([looked(V6, FailureKind.UNREACHABLE, "No route to host"), looked(V4)], "IPv6 of this host leads nowhere"),
        ([looked(V6), swallowed(V4)], "closed to this host alone (NAT)"),
    ],
)
def test_where_a_whole_family_is_silent_another_host_can_tell(
    looks: list[AddressLook], words: str, given: Given
) -> None:
    reason = given.unknown(address_unreachable, addresses=name(*looks))
    assert words in reason
    option = "-6" if looks[0].failure else "-4"
    assert reason.endswith(f"can tell: curl {option} -svo /dev/null https://registry.example.com/v2/")


def test_a_silent_family_beside_a_dead_address_of_the_other_leaves_that_a_finding(given: Given) -> None:
    fail = given.fail(address_unreachable, addresses=name(swallowed(V6), refused(V4), looked(V4_TOO)))
    assert f"accept no connection ({V4})" in fail.message
    assert fail.failure_modes == ("CLI-01",)


def test_a_private_address_is_not_called_stray_where_all_are_private(given: Given) -> None:
    fail = given.fail(address_unreachable, addresses=name(looked("10.0.0.8"), refused("10.0.0.7")))
    assert "private" not in fail.message
    # Dual stack inside a company: private IPv4 and global IPv6.
    fail = given.fail(address_unreachable, addresses=name(looked(V6), refused("10.0.0.7")))
    assert "private" not in fail.message


@pytest.mark.parametrize(
    "looks",
    [
        [looked(V4)],
        [looked(V6), looked(V4)],
        [no_route(V6), looked(V4)],
        [no_route(V6), no_route(V6_TOO), looked(V4), looked(V4_TOO)],
        [refused("::1"), looked("127.0.0.1")],
        [no_route("::1"), looked("127.0.0.1")],
        [looked("10.0.0.7"), refused("fe80::1%eth0")],
        [looked(V4), swallowed("169.254.9.9")],
    ],
)
def test_healthy_names_are_passed(looks: list[AddressLook], given: Given) -> None:
    assert "accept connections" in given.passes(address_unreachable, addresses=name(*looks))


def test_that_some_could_not_be_tried_is_said(given: Given) -> None:
    said = given.passes(address_unreachable, addresses=name(no_route(V6), looked(V4)))
    assert said == "1 of 2 addresses of registry.example.com accept connections; 1 could not be tried from here"


@pytest.mark.parametrize("looks", [[refused(V4)], [refused(V6), swallowed(V4)], [no_route(V6), refused(V4)]])
def test_where_none_accepts_it_is_not_about_one_of_them(looks: list[AddressLook], given: Given) -> None:
    assert "none of the addresses" in given.skips(address_unreachable, addresses=name(*looks))


def test_a_name_that_does_not_resolve_is_unknown(given: Given) -> None:
    failure = Failure(FailureKind.NAME, "registry.example.com: the name does not resolve: Name or service not known")
    unresolved = Addresses(name().endpoint, (), 0.1, failure)
    assert "does not resolve" in given.unknown(address_unreachable, addresses=unresolved)


def test_the_remedy_follows_the_family(given: Given) -> None:
    v6 = given.fail(address_unreachable, addresses=name(refused(V6), looked(V4)))
    assert "curl -6 -svo /dev/null https://registry.example.com/v2/" in v6.remedy[Dialect.PLAIN].commands
    assert "registry['nginx']['listen_addresses'] = ['*', '[::]']" in v6.remedy[Dialect.OMNIBUS].commands
    v4 = given.fail(address_unreachable, addresses=name(looked(V6), refused(V4)))
    assert "curl -4 -svo /dev/null https://registry.example.com/v2/" in v4.remedy[Dialect.PLAIN].commands
    assert Dialect.OMNIBUS not in v4.remedy
    both = given.fail(address_unreachable, addresses=name(looked(V4), refused(V4_TOO), refused(V6)))
    assert "curl -svo /dev/null https://registry.example.com/v2/" in both.remedy[Dialect.PLAIN].commands


def test_the_remedy_uses_the_words_of_gitlab_rb(given: Given) -> None:
    rb = given.rb("registry_nginx['enable'] = true\n")
    fail = given.fail(address_unreachable, addresses=name(refused(V6), looked(V4)), rb=rb)
    assert "registry_nginx['listen_addresses'] = ['*', '[::]']" in fail.remedy[Dialect.OMNIBUS].commands
