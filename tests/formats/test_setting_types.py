"""Values that the registry takes for a setting, and those with which it does not start."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import known
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.setting_types import misfit
from regdoctor.formats.yaml_tree import parse_value


def _wanted(setting: str, text: str, generation: Generation | None = None) -> str | None:
    found = known(tuple(setting.split(".")), None)
    assert found is not None
    return misfit(found, parse_value(text, Place("e"), "X"), generation)


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("http.relativeurls", "true"),
        ("http.relativeurls", "yes"),
        ("http.relativeurls", ""),
        ("catalog.maxentries", "5"),
        ("http.draintimeout", "1m30s"),
        ("http.draintimeout", "5"),
        ("http.addr", ":5000"),
        ("http.addr", "5000"),
        ("http.tls.clientcas", "[a, b]"),
        ("notifications.endpoints", "[{name: a}, ]"),
        ("http.headers", "{X: [nosniff]}"),
        ("log.fields", "{a: {b: 1}}"),
        ("storage", "s3"),
        ("storage.s3", "{bucket: b}"),
        ("storage.delete.enabled", "'true'"),
        ("log.level", "DEBUG"),
        ("log.level", "trace"),
    ],
)
def test_the_registry_takes_these(setting: str, text: str) -> None:
    assert _wanted(setting, text) is None


@pytest.mark.parametrize(
    ("setting", "text", "wanted"),
    [
        ("http.relativeurls", "'true'", "true or false"),
        ("http.relativeurls", "1", "true or false"),
        ("catalog.maxentries", "many", "a whole number"),
        ("http.draintimeout", "5 minutes", "a duration such as 10s"),
        ("http.addr", "[a]", "a text"),
        ("http.tls.clientcas", "/ca.pem", "a list of texts"),
        ("notifications.endpoints", "[x]", "a list of mappings"),
        ("http.headers", "{X: nosniff}", "a mapping from names to lists of texts"),
        ("log", "info", "a mapping"),
        ("log.fields", "x", "a mapping"),
        ("storage.filesystem", "/var", "a mapping"),
        ("storage.maintenance.readonly", "true", "a mapping"),
        ("storage.maintenance.readonly.enabled", "maybe", "true or false"),
        ("storage.redirect.disable", "'true'", "true or false"),
        ("log.level", "loud", "one of error, warn, info, debug, trace"),
    ],
)
def test_the_registry_does_not_start_with_these(setting: str, text: str, wanted: str) -> None:
    assert _wanted(setting, text) == wanted


def test_trace_is_a_level_of_gitlabs_alone() -> None:
    assert _wanted("log.level", "trace", Generation.DISTRIBUTION_2) == "one of error, warn, info, debug"
    assert _wanted("log.level", "trace", Generation.GITLAB) is None


def test_of_a_computed_value_nothing_is_said() -> None:
    setting = known(("http", "relativeurls"), None)
    assert setting is not None
    assert misfit(setting, Located(Computed("${X}"), Place("e"), "X"), None) is None
