"""What to do about a realm that gives no answer follows from how far the request came."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.exchange import FailureKind
from regdoctor.remedies.realms import COMPARE, remedy_for

REALM = "https://gitlab.example.com/jwt/auth"


def test_what_was_reached_and_silent_is_timed_and_not_looked_up() -> None:
    commands = remedy_for(f"{REALM}?a=b", FailureKind.TIMEOUT, reached=True)[Dialect.OMNIBUS].commands
    assert commands[0] == f"curl -sS -o /dev/null -w '%{{http_code}} after %{{time_total}} s\\n' --max-time 120 {REALM}"
    assert "getent" not in " ".join(commands)
    assert "getent" in " ".join(remedy_for(REALM, FailureKind.TIMEOUT, reached=False)[Dialect.HELM].commands)


@pytest.mark.parametrize("realm", ["", "https://h/$(id)", "https://u:p@h/auth", "https://-h/auth", "https://h/a\nb"])
def test_what_a_server_wrote_gets_into_no_command(realm: str) -> None:
    for kind in FailureKind:
        for reached in (True, False):
            remedies = remedy_for(realm, kind, reached=reached)
            assert all("curl" not in line for remedy in remedies.values() for line in remedy.commands)
            assert all(remedy.text.endswith((".", ":")) for remedy in remedies.values())


def test_a_connection_that_is_closed_leaves_the_address_to_be_compared() -> None:
    assert remedy_for(REALM, FailureKind.RESET, reached=True) is COMPARE
    assert "trust" in remedy_for(REALM, FailureKind.TLS, reached=True)[Dialect.PLAIN].text
