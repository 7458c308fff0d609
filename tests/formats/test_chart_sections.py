"""The chart's own names become those of config.yml; what it does not read is left out."""

from __future__ import annotations

import pytest

from regdoctor.formats import chart_sections
from regdoctor.formats.chart_rendering import rendered_registry_config
from regdoctor.formats.helm_values import parse_helm_values
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.yaml_tree import parse_value


def _section(text: str) -> Located:
    return parse_value(text, Place("values.yaml", 1), "registry.x")


def _config(text: str) -> RegistryConfig:
    config = rendered_registry_config(parse_helm_values([(text.encode(), "values.yaml")]))
    assert config is not None
    return config


def test_the_database_has_the_names_of_config_yml() -> None:
    found = chart_sections.database(
        _section(
            "{enabled: true, name: n, user: u, migrations: {enabled: true}, configure: true, ssl: {serverCA: c},"
            " password: {secret: s, key: k}, backgroundMigrations: {jobInterval: 1s},"
            " loadBalancing: {nameserver: {host: h, port: 53}, record: r}, metrics: {leaseDuration: 30s}}"
        )
    )
    assert set(found.entries()) == {
        *("enabled", "dbname", "user", "password", "sslrootcert", "backgroundmigrations", "loadbalancing", "metrics")
    }
    assert found.entries()["password"].value == Computed("in the secret s")
    assert set(found.entries()["loadbalancing"].entries()) == {"nameserver", "port", "record"}
    name = found.at("dbname")
    assert name is not None
    assert (name.text(), name.name, name.place.line) == ("n", "registry.x.name", 1)


@pytest.mark.parametrize(
    ("text", "addr", "mainname"),
    [
        ("{enabled: true, host: r}", "r:6379", None),
        ("{enabled: true, host: r, port: 7000}", "r:7000", None),
        ("{enabled: true, host: main, sentinels: [{host: a}, {host: b, port: 1}]}", "a:26379,b:1", "main"),
        ("{enabled: true, cluster: [{host: a}]}", "a:6379", None),
        ("{enabled: true}", None, None),
    ],
)
def test_redis_has_its_address_put_together(text: str, addr: str | None, mainname: str | None) -> None:
    found = chart_sections.redis(_section(f"{{cache: {text}, rateLimiting: {{enabled: false}}}}"))
    assert set(found.entries()) == {"cache"}
    for key, wanted in (("addr", addr), ("mainname", mainname)):
        value = found.at("cache", key)
        assert (value.text() if value is not None else None) == wanted


def test_a_password_that_is_switched_on_is_in_a_secret() -> None:
    found = chart_sections.redis(_section("{rateLimiting: {enabled: true, password: {enabled: true}}}"))
    assert found.entries()["ratelimiter"].entries()["password"].value == Computed("in a secret that the chart makes")


def test_the_pair_of_tls_is_in_a_secret() -> None:
    found = chart_sections.tls(_section("{enabled: true, secretName: t, verify: true, cipherSuites: [A]}"))
    assert set(found.entries()) == {"certificate", "key", "ciphersuites"}
    assert found.entries()["key"].value == Computed("in the secret t")


def test_headers_of_notifications_may_be_in_secrets() -> None:
    config = _config(
        "global: {registry: {notifications: {endpoints: [{name: n, headers: {A: {secret: s}, B: [x]}}]}}}\n"
    )
    (endpoint,) = config.tree.entries()["notifications"].entries()["endpoints"].items()
    headers = endpoint.entries()["headers"].entries()
    assert headers["A"].value == Computed("in the secret s")
    assert len(headers["B"].items()) == 1


def test_what_the_chart_does_not_read_is_not_in_config_yml() -> None:
    config = _config("registry: {gc: {disabled: false, colour: 1}, validation: {disabled: true, other: 1}}\n")
    assert (config.at("gc", "colour"), config.at("validation", "other")) == (None, None)
    assert config.at("gc", "disabled") is not None
