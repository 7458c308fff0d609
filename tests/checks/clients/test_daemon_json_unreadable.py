"""What stops dockerd, or what it passes over, is a finding with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass, Severity
from regdoctor.checks.clients.daemon_json_unreadable import daemon_json_unreadable

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients


@pytest.mark.parametrize("text", ["", "{}", '{"debug": true}', '{"insecure-registries": ["a:5000"], "unknown": 1}'])
def test_what_dockerd_reads_passes(clients: Clients, text: str) -> None:
    (outcome,) = clients.given.outcomes(daemon_json_unreadable, daemons=clients.daemon(text))
    assert isinstance(outcome, Pass)


def test_a_comma_too_many_is_critical_and_told_with_its_line(clients: Clients) -> None:
    (fail,) = clients.given.fails(daemon_json_unreadable, daemons=clients.daemon('{\n  "debug": true,\n}'))
    assert fail.message == (
        "Docker does not start with /etc/docker/daemon.json: line 3: a comma stands before the closing brace"
    )
    assert fail.severity is None
    assert [quote.line for quote in fail.evidence] == [3]


def test_a_setting_of_the_wrong_type_is_quoted(clients: Clients) -> None:
    (fail,) = clients.given.fails(daemon_json_unreadable, daemons=clients.daemon('{"insecure-registries": "a:5000"}'))
    assert [quote.quote for quote in fail.evidence] == ["insecure-registries: a:5000"]
    assert "must be a list of texts" in fail.message


@pytest.mark.parametrize(
    ("name", "right"), [("insecure-registry", "insecure-registries"), ("registry-mirror", "registry-mirrors")]
)
def test_the_name_of_the_option_is_passed_over_by_dockerd(clients: Clients, name: str, right: str) -> None:
    (fail,) = clients.given.fails(daemon_json_unreadable, daemons=clients.daemon(f'{{\n"{name}": ["a:5000"]}}'))
    assert fail.severity is Severity.ERROR
    assert right in fail.message
    assert [quote.line for quote in fail.evidence] == [2]
