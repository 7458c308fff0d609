"""A doubled key is quoted from both places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.settings.setting_written_twice import setting_written_twice

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_both_places_are_quoted(given: Given) -> None:
    config = given.config("version: 0.1\nhttp:\n  addr: :5000\nlog:\n  level: info\nhttp:\n  addr: :5001\n")
    (found,) = given.fails(setting_written_twice, config=config)
    assert found.message == "http is written on line 2 and again on line 6: the last one counts"
    assert [quote.line for quote in found.evidence] == [2, 6]
    assert found.resource == "http"


def test_a_doubled_secret_does_not_show(given: Given) -> None:
    config = given.config("http:\n  secret: planted-secret-1\n  secret: planted-secret-2\n")
    (found,) = given.fails(setting_written_twice, config=config)
    assert "planted" not in repr(found)


def test_keys_that_stand_once_pass(given: Given) -> None:
    config = given.config("http: {addr: ':1', debug: {addr: ':2'}}")
    assert given.fails(setting_written_twice, config=config) == []
