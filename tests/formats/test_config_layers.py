"""Where values come from decides what is known, and how the registry takes them."""

from __future__ import annotations

from regdoctor.formats.config_layers import holds_file, is_chart_value, is_variable, made_by_deeper_variable
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config

FILE = "/etc/docker/registry/config.yml"


def _config(text: str, **variables: str) -> RegistryConfig:
    place = Place("docker-compose.yml", 7, "environment")
    return parse_registry_config(text.encode(), FILE, [(name, value, place) for name, value in variables.items()])


def test_a_file_is_told_from_the_environment_alone() -> None:
    assert holds_file(_config("version: 0.1", REGISTRY_LOG_LEVEL="debug"))
    assert not holds_file(_config("{}", REGISTRY_LOG_LEVEL="debug"))


def test_a_variable_is_told_from_the_file() -> None:
    config = _config("version: 0.1", REGISTRY_HTTP_ADDR=":5000")

    assert is_variable(config.at("http", "addr") or config.tree)
    assert not is_variable(config.at("version") or config.tree)


def test_a_section_that_single_keys_made_is_told_from_one_written_as_a_whole() -> None:
    path = ("storage", "maintenance", "readonly")
    single = _config("version: 0.1", REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED="true").at(*path)
    whole = _config("version: 0.1", REGISTRY_STORAGE_MAINTENANCE_READONLY='{"enabled": true}').at(*path)
    outer = _config("version: 0.1", REGISTRY_STORAGE_MAINTENANCE='{"readonly": {"enabled": true}}').at(*path)
    file = _config("storage: {maintenance: {readonly: {enabled: true}}}").at(*path)

    assert single is not None and whole is not None and outer is not None and file is not None  # noqa: PT018
    setting = "storage.maintenance.readonly"
    assert made_by_deeper_variable(single, setting)
    assert not any(made_by_deeper_variable(section, setting) for section in (whole, outer, file))


def test_values_of_the_chart_are_known_by_their_names() -> None:
    assert is_chart_value(Located({}, Place("values.yaml", 3), "registry.maintenance"))
    assert not is_chart_value(Located({}, Place(FILE, 3), "storage.maintenance"))
