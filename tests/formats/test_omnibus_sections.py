"""Each block of config.yml, from what gitlab.rb sets of it."""

from __future__ import annotations

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Located
from regdoctor.formats.omnibus_sections import (
    health_section,
    http_section,
    log_section,
    optional_sections,
    storage_section,
    token_section,
    validation_section,
)
from regdoctor.formats.omnibus_values import Omnibus
from regdoctor.redaction import Secret


def _omnibus(code: str = "") -> Omnibus:
    return Omnibus(parse_gitlab_rb(code.encode(), "g.rb"))


def _at(tree: Located, path: str) -> tuple[object, str]:
    found = tree.at(*path.split("."))
    assert found is not None, path
    return found.value, found.place.layer


def test_what_is_not_set_is_marked_as_a_default() -> None:
    assert _at(log_section(_omnibus()), "level") == ("info", "default")
    assert _at(health_section(_omnibus()), "storagedriver.enabled") == (True, "default")
    assert _at(validation_section(_omnibus()), "disabled") == (True, "default")
    assert _at(token_section(_omnibus("external_url 'https://g'\n")), "realm") == ("https://g/jwt/auth", "file")


def test_the_secret_that_omnibus_makes_is_a_secret_of_the_default_layer() -> None:
    value, layer = _at(http_section(_omnibus()), "secret")
    assert isinstance(value, Secret)
    assert layer == "default"
    assert http_section(_omnibus()).at("debug") is None


def test_the_debug_server_brings_metrics_along() -> None:
    section = http_section(_omnibus("registry['debug_addr'] = 'localhost:5001'\n"))
    assert _at(section, "debug.addr") == ("localhost:5001", "file")
    assert _at(section, "debug.prometheus.enabled") == (True, "default")


def test_a_storage_that_is_set_keeps_its_own_cache_and_delete() -> None:
    section = storage_section(
        _omnibus("registry['storage'] = {'s3' => {}, 'cache' => {'blobdescriptor' => 'redis'}}\n")
    )
    assert _at(section, "cache.blobdescriptor") == ("redis", "file")
    assert _at(section, "delete.enabled") == (True, "default")
    assert section.at("filesystem") is None


def test_sections_that_are_not_set_are_not_written() -> None:
    assert optional_sections(_omnibus("registry['compatibility_schema1_enabled'] = false\n")) == {}
    assert set(optional_sections(_omnibus("registry['gc'] = {}\nregistry['notifications'] = []\n"))) == {
        "gc",
        "notifications",
    }
