"""Every combination of what the public address and the registry's own port say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.registry_unreachable import registry_unreachable
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _ping(given: Given, what: str, url: str) -> Ping:
    match what:
        case "ok":
            return given.asks(url)
        case "gateway":
            return given.gateway(url)
        case "page":
            return given.ping(url, 404, given.html, body=b"<html>")
        case "unhealthy":
            return given.unhealthy(url)
        case _:
            return given.down(url, FailureKind[what])


@pytest.mark.parametrize(
    ("outer", "inner", "words", "modes"),
    [
        ("REFUSED", "REFUSED", "The registry does not answer: nothing answers at http://127.0.0.1:5000", ()),
        ("gateway", "REFUSED", "a proxy answers 502 in its place", ()),
        ("gateway", "TIMEOUT", "no complete answer in time", ()),
        ("REFUSED", "ok", "which itself answers at http://127.0.0.1:5000", ()),
        ("gateway", "ok", "which itself answers at http://127.0.0.1:5000", ()),
        ("gateway", "page", "it is no registry that answers", ()),
        ("REFUSED", None, "The registry cannot be reached", ()),
        ("NAME", None, "The registry cannot be reached", ("CLI-06",)),
        ("TIMEOUT", None, "The registry cannot be reached", ("CLI-09",)),
        ("gateway", None, "a proxy answers 502", ()),
        ("page", "REFUSED", "The registry does not run", ()),
        ("TLS", "REFUSED", "The registry does not run", ()),
        (None, "REFUSED", "The registry does not run", ()),
        (None, "TIMEOUT", "The registry does not answer", ()),
    ],
)
def test_it_is_told_which_end_is_silent(
    given: Given, outer: str | None, inner: str | None, words: str, modes: tuple[str, ...]
) -> None:
    evidence = {}
    if outer:
        evidence["public"] = given.public(_ping(given, outer, given.public_url))
    if inner:
        evidence["internal"] = given.internal(_ping(given, inner, given.inner_url))
    fail = given.fail(registry_unreachable, **evidence)
    assert words in fail.message
    assert fail.failure_modes == modes
    assert fail.resource == (
        given.public_url if outer in ("REFUSED", "gateway", "NAME", "TIMEOUT") else given.inner_url
    )


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("ok", "ok"), ("ok", "REFUSED"), ("ok", None), (None, "ok"), ("page", "ok"), ("page", None), ("unhealthy", None)],
)
def test_an_answer_passes(given: Given, outer: str | None, inner: str | None) -> None:
    evidence = {}
    if outer:
        evidence["public"] = given.public(_ping(given, outer, given.public_url))
    if inner:
        evidence["internal"] = given.internal(_ping(given, inner, given.inner_url))
    assert "answers" in given.passes(registry_unreachable, **evidence)


@pytest.mark.parametrize("inner", ["ok", None])
def test_tls_that_fails_is_another_matter(given: Given, inner: str | None) -> None:
    evidence = {"internal": given.internal(_ping(given, inner, given.inner_url))} if inner else {}
    public = given.public(given.down(given.public_url, FailureKind.TLS))
    assert "tls_not_verified" in given.skips(registry_unreachable, public=public, **evidence)


def test_an_untrusted_certificate_does_not_hide_the_answer(given: Given) -> None:
    public = given.public(given.down(given.public_url, FailureKind.TLS), unverified=given.asks())
    assert given.passes(registry_unreachable, public=public)


def test_a_registry_on_localhost_behind_a_502_may_be_looked_for_at_the_ipv6_address(given: Given) -> None:
    fail = given.fail(
        registry_unreachable,
        public=given.public(given.gateway()),
        internal=given.internal(given.asks("http://localhost:5000")),
    )
    assert fail.failure_modes == ("PROXY-18",)
    assert "registry['registry_http_addr'] = \"127.0.0.1:5000\"" in fail.remedy[Dialect.OMNIBUS].commands


def test_a_process_that_runs_is_not_said_not_to(given: Given) -> None:
    reason = given.unknown(
        registry_unreachable,
        internal=given.internal(given.refused(given.inner_url)),
        installation=given.installation(pid=4321),
    )
    assert "process 4321" in reason


def test_the_remedy_names_the_configuration_as_its_host_does(given: Given) -> None:
    found = Installation(Path("/copy"), Dialect.PLAIN, live=True, registry_config=Path("/copy/etc/registry.yml"))
    fail = given.fail(registry_unreachable, internal=given.internal(given.refused(given.inner_url)), installation=found)
    assert "with /etc/registry.yml;" in fail.remedy[Dialect.PLAIN].text


def test_no_address_is_unknown_or_no_concern(given: Given) -> None:
    assert given.unknown(registry_unreachable) == given.not_here.reason
    assert given.skips(registry_unreachable, public=given.no_such) == given.no_such.reason
