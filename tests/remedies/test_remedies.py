"""One setting is changed in the words of each installation, ready to paste."""

from __future__ import annotations

import pytest
import yaml

from regdoctor.check import Dialect
from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Located, Place
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE, as_yaml, change, in_nginx_words, remove

WHY = "It is off."


@pytest.mark.parametrize(
    ("setting", "value", "omnibus", "compose"),
    [
        (
            "storage.delete.enabled",
            True,
            "registry['storage_delete_enabled'] = true",
            'REGISTRY_STORAGE_DELETE_ENABLED: "true"',
        ),
        (
            "storage.s3.chunksize",
            26214400,
            "registry['storage']['s3']['chunksize'] = 26214400",
            'REGISTRY_STORAGE_S3_CHUNKSIZE: "26214400"',
        ),
        (
            "notifications.endpoints.0.timeout",
            "500ms",
            "registry['notifications'][0]['timeout'] = \"500ms\"",
            'REGISTRY_NOTIFICATIONS_ENDPOINTS_0_TIMEOUT: "500ms"',
        ),
        (
            "http.relativeurls",
            True,
            'registry[\'env\'] = { "REGISTRY_HTTP_RELATIVEURLS" => "true" }',
            'REGISTRY_HTTP_RELATIVEURLS: "true"',
        ),
    ],
)
def test_each_dialect_sets_it_in_its_own_place(
    setting: str, value: bool | int | str, omnibus: str, compose: str
) -> None:
    remedies = change(setting, value, WHY)

    assert remedies[Dialect.OMNIBUS].commands == (omnibus, "sudo gitlab-ctl reconfigure")
    assert remedies[Dialect.COMPOSE].commands == (compose,)
    assert remedies[Dialect.PLAIN].commands == (as_yaml(setting, value),)
    assert all(remedy.text.startswith(WHY) for remedy in remedies.values())


def test_the_charts_own_value_is_set_where_there_is_one() -> None:
    assert change("storage.redirect.disable", True, WHY)[Dialect.HELM].commands == (
        "helm upgrade gitlab gitlab/gitlab --reuse-values --set 'registry.storage.redirect.disable=true'",
    )
    assert change("storage.s3.bucket", "images", WHY)[Dialect.HELM].commands == ("s3:\n  bucket: images",)
    assert change("http.host", "https://r.example.com", WHY)[Dialect.HELM].commands == ()


@pytest.mark.parametrize(
    ("setting", "value", "read"),
    [
        ("http.secret", "no", {"http": {"secret": "no"}}),
        ("http.secret", "12e4", {"http": {"secret": "12e4"}}),
        ("http.addr", ":5000", {"http": {"addr": ":5000"}}),
        ("log.level", "info", {"log": {"level": "info"}}),
        ("redis.addrs.0", "redis:6379", {"redis": {"addrs": ["redis:6379"]}}),
        ("notifications.endpoints.0.timeout", "1s", {"notifications": {"endpoints": [{"timeout": "1s"}]}}),
        ("storage.s3.encrypt", False, {"storage": {"s3": {"encrypt": False}}}),
    ],
)
def test_the_piece_of_yaml_says_what_was_meant(setting: str, value: bool | str, read: object) -> None:
    assert yaml.safe_load(as_yaml(setting, value)) == read


def test_what_a_variable_says_is_changed_where_the_variable_is() -> None:
    now = Located("bogus", Place("/etc/systemd/system/r.service", 7, "environment"), "REGISTRY_LOG_LEVEL")
    remedy = change("log.level", "info", WHY, now=now)[Dialect.PLAIN]

    assert remedy.commands == ("REGISTRY_LOG_LEVEL=info",)
    assert "/etc/systemd/system/r.service" in remedy.text


def test_a_setting_is_removed_by_its_own_name() -> None:
    remedies = remove("storage.s3.pathstyle", WHY)

    assert "storage.s3.pathstyle" in remedies[Dialect.PLAIN].text
    assert "registry['storage']['s3']['pathstyle']" in remedies[Dialect.OMNIBUS].text
    assert "REGISTRY_STORAGE_S3_PATHSTYLE" in remedies[Dialect.COMPOSE].text


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (b"registry_nginx['listen_https'] = false\n", "registry_nginx['listen_port'] = 1"),
        (b"registry_nginx['a'] = 1\nregistry['nginx']['b'] = 1\n", "registry['nginx']['listen_port'] = 1"),
        (b"registry_nginx['a'] = 1\nregistry['dir'] = '/r'\n", "registry_nginx['listen_port'] = 1"),
        (b"", "registry['nginx']['listen_port'] = 1"),
        (None, "registry['nginx']['listen_port'] = 1"),
    ],
)
def test_nginx_is_set_by_the_name_that_gitlab_rb_uses(code: bytes | None, line: str) -> None:
    rb = Absent("none") if code is None else parse_gitlab_rb(code, "gitlab.rb")
    assert in_nginx_words(rb, "registry['nginx']['listen_port'] = 1", RECONFIGURE) == (line, RECONFIGURE)


def test_inside_a_parameter_of_the_storage_the_whole_parameter_is_set() -> None:
    """REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED makes distribution 2.8 panic, or does nothing over a file."""
    name = "REGISTRY_STORAGE_MAINTENANCE_READONLY"
    now = Located(True, Place("environment of process 7", None, "environment"), name)
    remedies = change("storage.maintenance.readonly.enabled", False, WHY, now=now)

    assert remedies[Dialect.COMPOSE].commands == (f'{name}: "{{enabled: false}}"',)
    assert remedies[Dialect.PLAIN].commands == (f"{name}='{{enabled: false}}'",)
    assert remedies[Dialect.OMNIBUS].commands[0] == (
        "registry['storage']['maintenance']['readonly']['enabled'] = false"
    )
