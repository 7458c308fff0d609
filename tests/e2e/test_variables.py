"""What the real registry 2.8 does with keys and variables that are misspelt, broken or doubled: as the reader says."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.setting_variables import variable_of
from regdoctor.distribution.settings_schema import children, known
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from tests.e2e.lone_registry import LoneRegistry

V2 = Generation.DISTRIBUTION_2
CONFIG = """\
version: 0.1
log: {level: info}
http: {addr: "127.0.0.1:@PORT"}
storage: {inmemory: {}}
"""
_IGNORING = "Ignoring unrecognized environment variable "


def read(config: str = CONFIG, **variables: str) -> RegistryConfig:
    """What our reader makes of the same."""
    environment = [(name, value, Place("e")) for name, value in variables.items()]
    return parse_registry_config(config.encode(), "c", environment, generation=V2, version=(2, 8, 2))


def test_the_program_has_the_fields_that_the_tables_say(lone_registry: LoneRegistry) -> None:
    """Every field of any product at once, each but the address set to nothing: the log names those that it has not."""
    variables = {}
    sections: list[tuple[str, ...]] = [()]
    while sections:
        section = sections.pop()
        for key in children(section, None):
            path = (*section, key)
            setting = known(path, None)
            if key == "*" or setting is None or path[0] in ("storage", "auth", "middleware", "version"):
                continue
            if setting.kind == "map":
                sections.append(path)
            variables[variable_of(".".join(path))] = path
    empty = dict.fromkeys(variables, "")
    lone_registry.serve(CONFIG, {**empty, "REGISTRY_HTTP_ADDR": f"127.0.0.1:{lone_registry.port}"})
    said = lone_registry.log.splitlines()
    ignored = {line.partition(_IGNORING)[2].rstrip('"\n') for line in said if _IGNORING in line}
    added_by_harbor = {"REGISTRY_REDIS_SENTINELMASTERSET", "REGISTRY_REDIS_ENABLETLS"}
    unknown = {name for name, path in variables.items() if known(path, V2) is None}
    assert len(variables) > 150
    assert ignored == unknown | added_by_harbor
    assert {item.variable.name for item in read(**empty).ignored} == unknown


def test_a_misspelt_parameter_of_a_driver_is_silent(lone_registry: LoneRegistry) -> None:
    variables = {"REGISTRY_STORAGE_INMEMORY_ACCESS_KEY": "x", "REGISTRY_STORAGE_INMEMORY_ENCYPT": "true"}
    lone_registry.serve(CONFIG, variables)
    assert "Ignoring" not in lone_registry.log
    assert read(**variables).ignored == ()


def test_credentials_under_a_misspelt_name_are_not_there(lone_registry: LoneRegistry) -> None:
    where = {"REGISTRY_STORAGE": "s3", "REGISTRY_STORAGE_S3_REGION": "us-west-1", "REGISTRY_STORAGE_S3_BUCKET": "b"}
    wrong = {"REGISTRY_STORAGE_S3_ACCESS_KEY": "x", "REGISTRY_STORAGE_S3_SECRET_KEY": "y"}
    lone_registry.write(CONFIG)
    lone_registry.start({**where, **wrong})
    assert "Ignoring" not in lone_registry.log
    s3 = read(**where, **wrong).at("storage", "s3")
    assert s3 is not None
    assert set(s3.entries()) == {"region", "bucket", "access", "secret"}


@pytest.mark.parametrize(
    "name", ["REGISTRY_HTTP_ADRR", "REGISTRY_HEALTH_FILE", "REGISTRY_PROXY_TTL", "REGISTRY_SERVICE_HOST"]
)
def test_an_unknown_field_is_named_in_the_log(lone_registry: LoneRegistry, name: str) -> None:
    lone_registry.serve(CONFIG, {name: "x"})
    assert _IGNORING + name in lone_registry.log
    assert [item.variable.name for item in read(**{name: "x"}).ignored] == [name]


@pytest.mark.parametrize("name", ["REGISTRY_http_addr", "registry_http_addr", "REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL"])
def test_some_are_without_effect_in_silence(lone_registry: LoneRegistry, name: str) -> None:
    lone_registry.serve(CONFIG, {name: "127.0.0.1:1"})
    assert [item.variable.name for item in read(**{name: "127.0.0.1:1"}).ignored] == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_HTTP_SECRET", "[a"),
        ("REGISTRY_HTTP_RELATIVEURLS", "maybe"),
        ("REGISTRY_HTTP_RELATIVEURLS", '"true"'),
        ("REGISTRY_HTTP_DRAINTIMEOUT", "5x"),
        ("REGISTRY_HTTP_HEADERS", "{X: nosniff}"),
        ("REGISTRY_HTTP_TLS_CLIENTCAS", "/ca.pem"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS", "[x]"),
        ("REGISTRY_HTTP_ADDR", "[a]"),
        ("REGISTRY_LOG", "info"),
        ("REGISTRY_LOG_LEVEL", "loud"),
        ("REGISTRY_LOG_FIELDS", "x"),
        ("REGISTRY_STORAGE_INMEMORY", "x"),
        ("REGISTRY_STORAGE_DELETE", "true"),
        ("REGISTRY_AUTH_TOKEN", "x"),
        ("REGISTRY_MIDDLEWARE_STORAGE", "x"),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY", "true"),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY", "{enabled: maybe}"),
        ("REGISTRY_STORAGE_REDIRECT_DISABLE", '"true"'),
    ],
)
def test_a_value_of_another_type_makes_it_refuse(lone_registry: LoneRegistry, name: str, value: str) -> None:
    log = lone_registry.refuse(CONFIG, {name: value})
    assert "configuration error" in log or "panic:" in log
    if "{enabled" not in value:  # what is inside a parameter's mapping is judged by maintenance_malformed
        assert [item.variable.name for item in read(**{name: value}).refused] == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRY_HTTP_RELATIVEURLS", "yes"),
        ("REGISTRY_HTTP_RELATIVEURLS", ""),
        ("REGISTRY_HTTP_DRAINTIMEOUT", "5"),
        ("REGISTRY_HTTP_DRAINTIMEOUT", "1m30s"),
        ("REGISTRY_CATALOG_MAXENTRIES", "5.0"),
        ("REGISTRY_HTTP_PREFIX", "5000"),
        ("REGISTRY_HTTP_HEADERS_X", "[nosniff]"),
        ("REGISTRY_STORAGE_DELETE_ENABLED", '"true"'),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY", "{enabled: true}"),
    ],
)
def test_what_it_takes_is_no_refusal(lone_registry: LoneRegistry, name: str, value: str) -> None:
    lone_registry.serve(CONFIG, {name: value})
    config = read(**{name: value})
    assert (config.refused, config.ignored) == ((), ())


def test_of_a_doubled_key_the_last_counts_and_sections_are_laid_over_each_other(lone_registry: LoneRegistry) -> None:
    answers = f"127.0.0.1:{lone_registry.port}"
    text = (
        'version: 0.1\nhttp: {addr: "127.0.0.1:1", secret: a-secret-of-some-length}\nstorage: {filesystem: {}}\n'
        f'http: {{addr: "{answers}"}}\nstorage: {{inmemory: {{}}}}\n'
    )
    lone_registry.serve(text)
    assert "No HTTP secret provided" not in lone_registry.log
    config = read(text)
    address, driver = config.http_address(), config.storage_driver()
    assert address is not None
    assert driver is not None
    assert (address.text(), driver[0]) == (answers, "inmemory")
    assert config.at("http", "secret") is not None
    assert [(key.name, key.first.place.line, key.last.place.line) for key in config.duplicates] == [
        *(("http", 2, 4), ("storage", 3, 5))
    ]


def test_a_second_storage_section_takes_the_driver_away(lone_registry: LoneRegistry) -> None:
    text = CONFIG + "storage: {delete: {enabled: true}}\n"
    assert "no storage configuration provided" in lone_registry.refuse(text)
    assert read(text).storage_driver() is None


def test_an_unknown_key_is_silent(lone_registry: LoneRegistry) -> None:
    lone_registry.serve(CONFIG + "relativeURLs: true\ndescription: ours\nproxy: {ttl: 5h}\n")
    assert "relativeURLs" not in lone_registry.log
    assert "description" not in lone_registry.log
