"""The registry's configuration as Omnibus GitLab and others write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.generation import Generation
from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.redaction import Secret

# As the Omnibus template writes it: one-line JSON where gitlab.rb gave a hash, `secret` in quotes.
OMNIBUS = b"""\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

version: 0.1
log:
  level: info
  formatter: text
  fields:
    service: registry
    environment: production

storage: {"s3":{"accesskey":"planted-access-key","secretkey":"planted/secret+key","bucket":"registry","region":"eu-west-1"},"cache":{"blobdescriptor":"inmemory"},"delete":{"enabled":true},"redirect":{"disable":false}}

http:
  addr: 127.0.0.1:5000
  secret: "planted-http-secret-0123456789abcdef"
  headers:
    X-Content-Type-Options: [nosniff]
  debug:
    addr: "localhost:5001"
    prometheus:
      enabled: true
      path: /metrics
  draintimeout: 0

health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3

auth:
  token:
    realm: https://gitlab.example.com/jwt/auth
    service: container_registry
    issuer: omnibus-gitlab-issuer
    rootcertbundle: /var/opt/gitlab/registry/gitlab-registry.crt
    autoredirect: false

notifications:
  endpoints: [{"name":"geo_event","url":"https://gitlab.example.com/api/v4/container_registry_event/events","timeout":"500ms","maxretries":5,"backoff":"1s","headers":{"Authorization":["planted-notification-secret"]}}]

validation:
  disabled: true

compatibility:
  schema1:
    enabled: false
"""  # noqa: E501 - a hash of gitlab.rb becomes one line

_EVERY_SECRET = """\
version: 0.1
storage:
  s3: {{accesskey: "{0}", SecretKey: "{0}", sessiontoken: "{0}"}}
  azure: {{accountkey: "{0}", credentials: {{type: client_secret, secret: "{0}"}}}}
  gcs: {{encryptionkey: "{0}", credentials: {{type: service_account, private_key: "{0}"}}}}
  swift: {{password: "{0}"}}
http: {{secret: "{0}"}}
redis: {{password: "{0}", addr: "redis://:{0}@redis:6379"}}
proxy: {{remoteurl: "https://bob:{0}@hub.example.com", password: "{0}"}}
database: {{password: "{0}"}}
notifications: {{endpoints: [{{headers: {{Authorization: ["{0}"], X-Other: "{0}"}}}}]}}
reporting: {{bugsnag: {{apikey: "{0}"}}, newrelic: {{licensekey: "{0}"}}, sentry: {{dsn: "https://{0}@sentry.io/1"}}}}
"""


def _shown(config: RegistryConfig) -> str:
    every = [value for _, value in config.tree.walk()] + [
        value for root in config.overrides for _, value in root.walk()
    ]
    return "\n".join((repr(config), str(config), *(f"{value} {value.text()} {value.quote()}" for value in every)))


def test_the_file_of_omnibus_is_read_with_lines() -> None:
    config = parse_registry_config(OMNIBUS, "/var/opt/gitlab/registry/config.yml")
    realm = config.at("auth", "token", "realm")
    assert realm is not None
    assert realm.quote().line == 35
    assert realm.quote().quote == "auth.token.realm: https://gitlab.example.com/jwt/auth"
    assert realm.quote().source == "/var/opt/gitlab/registry/config.yml"
    driver, scheme = config.storage_driver(), config.auth_scheme()
    assert driver is not None
    assert scheme is not None
    assert (driver[0], scheme[0]) == ("s3", "token")
    assert driver[1].place.line == 13
    addresses = (config.http_address(), config.debug_address())
    assert [address and address.text() for address in addresses] == ["127.0.0.1:5000", "localhost:5001"]
    key = config.at("storage", "s3", "secretkey")
    assert key is not None
    assert key.value == Secret("planted/secret+key", "secretkey")
    assert "planted" not in _shown(config)


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789/+=-", min_size=9, max_size=40).map("Zq7!".__add__))
def test_a_secret_at_no_path_of_a_secret_ever_shows(secret: str) -> None:
    place = Place("environment of process 1")
    environment = [
        ("REGISTRY_HTTP_SECRET", f'"{secret}"', place),
        ("REGISTRY_STORAGE_S3_SECRET_KEY", f'"{secret}"', place),
        ("REGISTRY_REDIS", f'{{password: "{secret}", addr: "redis://u:{secret}@h"}}', place),
        ("REGISTRY_PROXY_PASSWORD", f'["{secret}', place),
    ]
    config = parse_registry_config(_EVERY_SECRET.format(secret).encode(), "f", environment)
    assert len(config.problems) == 1
    assert secret not in _shown(config)


@pytest.mark.parametrize(
    ("data", "driver"),
    [
        (
            b"storage: {filesystem: {rootdirectory: /x}, delete: {enabled: true}, maintenance: {}}",
            "filesystem",
        ),
        (b"storage: {inmemory: , maintenance: {}, redirect: {}, tag: {concurrencylimit: 5}}", "inmemory"),
        (b"storage: inmemory", "inmemory"),
        (b"storage: {s3: {}, filesystem: {}}", None),
        (b"storage: {delete: {enabled: true}}", None),
        (b"storage: [s3]", None),
        (b"version: 0.1", None),
    ],
)
def test_the_driver_is_the_one_key_beside_the_reserved_ones(data: bytes, driver: str | None) -> None:
    found = parse_registry_config(data, "f").storage_driver()
    assert (found and found[0]) == driver


def test_without_auth_there_is_no_scheme_and_without_debug_no_address() -> None:
    config = parse_registry_config(b"", "f")
    assert config.auth_scheme() is None
    assert config.debug_address() is None
    assert config.at("http", "addr") is None


def test_the_environment_wins_over_the_file() -> None:
    place = Place("/opt/gitlab/etc/registry/env/REGISTRY_HTTP_ADDR", line=1)
    config = parse_registry_config(OMNIBUS, "f", [("REGISTRY_HTTP_ADDR", ":5005", place)])
    address = config.http_address()
    assert address is not None
    assert address.text() == ":5005"
    assert (address.place.source, address.place.line, address.place.layer) == (place.source, 1, "environment")


def test_a_variable_addresses_a_list_only_for_distribution_3() -> None:
    variable = [("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_NAME", "x", Place("e"))]
    old = parse_registry_config(OMNIBUS, "f", variable)
    new = parse_registry_config(OMNIBUS, "f", variable, generation=Generation.DISTRIBUTION_3)
    endpoints = [config.at("notifications", "endpoints") for config in (old, new)]
    names = [found.value[0].at("name") for found in endpoints if found and isinstance(found.value, tuple)]
    assert [name and name.text() for name in names] == ["geo_event", "x"]
    assert (len(old.ignored), len(new.ignored)) == (1, 0)


_NAMES = st.lists(
    st.sampled_from(
        ["STORAGE", "S3", "HTTP", "ADDR", "0", "", "x", "LOG", "FIELDS", "MAINTENANCE", "READONLY", "AUTH"]
    ),
    max_size=6,
).map(lambda parts: "_".join(["REGISTRY", *parts]))
_VALUES = st.one_of(st.text(max_size=20), st.sampled_from(["s3", "{a: {b: 1}}", "[1]", "", "true", "\udcff"]))


@given(st.binary(max_size=100), st.lists(st.tuples(_NAMES, _VALUES), max_size=6))
def test_any_bytes_with_any_environment_are_a_configuration_or_refused(
    data: bytes, variables: list[tuple[str, str]]
) -> None:
    environment = [(name, value, Place("e")) for name, value in variables]
    for content in (data, OMNIBUS):
        try:
            config = parse_registry_config(content, "f", environment)
        except UnreadableError as error:
            assert content is data
            assert "\n" not in str(error)  # noqa: PT017
        else:
            told = {value.name for value in (*config.overrides, *(refused.variable for refused in config.refused))}
            assert told == {name for name, _ in variables if "_" in name}


def test_keys_that_are_written_twice_are_taken_as_the_registry_takes_them() -> None:
    config = parse_registry_config(
        b"http: {addr: ':1', secret: planted-first-secret}\nstorage: {s3: {bucket: b}}\nhttp: {addr: ':2'}\n"
        b"storage:\n  delete: {enabled: true}\nlog: {fields: {a: {x: 1}, a: {y: 2}}}\n",
        "f",
    )
    address, secret, field = config.http_address(), config.at("http", "secret"), config.at("log", "fields", "a")
    assert address is not None
    assert address.text() == ":2"
    assert secret is not None
    assert config.storage_driver() is None
    assert field is not None
    assert set(field.entries()) == {"y"}
    assert [(key.name, key.first.place.line, key.last.place.line) for key in config.duplicates] == [
        *(("log.fields.a", 6, 6), ("http", 1, 3), ("storage", 2, 4))
    ]
    assert "planted" not in repr(config)
