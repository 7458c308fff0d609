"""A variable with which the registry does not start is critical; what other checks tell is not told twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail
from regdoctor.checks.settings.variable_refused import variable_refused
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

Judge = Callable[..., list[Fail]]


@pytest.fixture
def judge(given: Given) -> Judge:
    """The findings of one variable."""

    def run(name: str, value: str, generation: Generation = Generation.DISTRIBUTION_2) -> list[Fail]:
        config = parse_registry_config(b"version: 0.1\n", "c", [(name, value, Place("e", 4))], generation=generation)
        return given.fails(variable_refused, config=config)

    return run


@pytest.mark.parametrize(
    ("name", "value", "generation", "words"),
    [
        ("REGISTRY_HTTP_SECRET", "[planted-4711", Generation.DISTRIBUTION_2, "not YAML"),
        ("REGISTRY_HTTP_RELATIVEURLS", "maybe", Generation.DISTRIBUTION_2, "the value must be true or false"),
        ("REGISTRY_STORAGE_FILESYSTEM", "/var", Generation.DISTRIBUTION_2, "the value must be a mapping"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_X_URL", "u", Generation.DISTRIBUTION_3, "non-numeric index"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_4_URL", "u", Generation.GITLAB, "undefined index"),
    ],
)
def test_what_the_registry_does_not_start_with_is_told(
    judge: Judge, name: str, value: str, generation: Generation, words: str
) -> None:
    (found,) = judge(name, value, generation)
    assert found.message.startswith("The registry does not start: e: ")
    assert words in found.message
    assert found.resource == name
    assert (found.evidence[0].source, found.evidence[0].line) == ("e", 4)
    assert "planted" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_LOG_LEVEL", "loud"),
        ("REGISTRY_HTTP_HEADERS", "{X: nosniff}"),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY", "true"),
        ("REGISTRY_STORAGE_REDIRECT_DISABLE", "'true'"),
        ("REGISTRY_HTTP_ADDR", ":5000"),
    ],
)
def test_what_is_right_or_told_elsewhere_is_no_finding(judge: Judge, name: str, value: str) -> None:
    assert judge(name, value) == []
