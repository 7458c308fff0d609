"""Names of certificates are matched as Go, and so docker, matches them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.certificate_names import covers, host_address, is_covered


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("registry.example.com", "registry.example.com"),
        ("Registry.Example.COM", "registry.example.com"),
        ("registry.example.com", "REGISTRY.example.com"),
        ("registry.example.com.", "registry.example.com"),
        ("registry.example.com", "*.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example.com", "*.example.com"),
        ("my_registry.example.com", "*.example.com"),
        ("registry", "registry"),
        ("bücher.example", "bücher.example"),
    ],
)
def test_these_names_are_covered(name: str, pattern: str) -> None:
    assert covers(name, pattern)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("registry.gitlab.example.com", "*.example.com"),
        ("example.com", "*.example.com"),
        ("registry.example.com", "r*.example.com"),
        ("registry.example.com", "registry.*.com"),
        ("a.b.example.com", "*.*.example.com"),
        ("registry", "*"),
        ("registry.example.com", "*"),
        ("registry.example.com", "registry.example.com."),
        ("registry.example.com", "registry.example.org"),
        ("registry.example.com", ""),
        ("", ""),
        (".", "."),
        ("", "*"),
        (".example.com", "*.example.com"),
        ("-.example.com", "*.example.com"),
        ("*.example.com", "*.*.com"),
        ("registry.example.com", "registry.example.com\\x00.evil.example"),
        ("strasse.example", "straße.example"),
        ("\u212aelvin.example", "kelvin.example"),
    ],
)
def test_these_names_are_not_covered(name: str, pattern: str) -> None:
    assert not covers(name, pattern)


def test_a_wildcard_written_as_the_host_matches_itself_alone() -> None:
    assert covers("*.example.com", "*.example.com")
    assert not covers("*.example.com", "registry.example.com")


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["2001:0DB8:0:0:0:0:0:7"]),
        ("[2001:db8::7]", ["192.0.2.1", "2001:db8::7"]),
        ("::ffff:192.0.2.7", ["192.0.2.7"]),
    ],
)
def test_addresses_are_compared_as_addresses(host: str, addresses: list[str]) -> None:
    assert is_covered(host, (), addresses)
    assert not is_covered(host, (host,), ()), "an address that is written as a name does not count"


def test_a_name_is_looked_for_among_the_names_and_may_be_any_of_them() -> None:
    assert is_covered("b.example", ("a.example", "b.example"), ())
    assert not is_covered("b.example", ("a.example",), ("192.0.2.7",))
    assert not is_covered("192.0.2.8", ("*.0.2.8",), ("192.0.2.7", "garbage"))
    assert not is_covered("b.example", (), ())


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_it_fail_and_a_name_always_covers_itself_without_its_dot(name: str, pattern: str) -> None:
    covers(name, pattern)
    is_covered(name, (pattern,), (pattern,))
    host_address(name)
    assert covers(name, name) or name == "" or name.endswith(".") or name == "*"


@given(st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True), min_size=2, max_size=5))
def test_a_wildcard_stands_for_exactly_one_label(labels: list[str]) -> None:
    assert covers(".".join(labels), ".".join(["*", *labels[1:]]))
    assert not covers(".".join(labels), ".".join(["*", *labels]))
    assert not covers(".".join(["x", *labels]), ".".join(["*", *labels[1:]]))
