"""REGISTRY_* variables change the configuration as distribution 2.8 lets them.

The cases marked "seen" were tried with the real registry 2.8.2.
"""

from __future__ import annotations

import time

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Version
from regdoctor.formats.environment_overrides import Overlay, lay_over
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.yaml_tree import parse
from regdoctor.redaction import Secret

_PLACE = Place("environment of process 1234")
_FILE = b"""\
version: 0.1
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
storage:
  FileSystem:
    rootdirectory: /var/lib/registry
  inmemory:
  maintenance:
    readonly:
      enabled: false
notifications:
  endpoints:
    - url: http://one
"""


def _lay(
    *variables: tuple[str, str], data: bytes = _FILE, generation: Generation | None = None, version: Version = ()
) -> Overlay:
    environment = [(name, value, _PLACE) for name, value in variables]
    return lay_over(parse(data, "f", seal=seal_registry), environment, generation=generation, version=version)


def _plain(value: Located | None) -> object:
    if value is None:
        return None
    if isinstance(value.value, dict):
        return {key: _plain(child) for key, child in value.value.items()}
    return [_plain(item) for item in value.value] if isinstance(value.value, tuple) else value.value


def test_a_variable_replaces_the_value_and_says_where_it_comes_from() -> None:
    overlay = _lay(("REGISTRY_HTTP_ADDR", "127.0.0.1:5001"))
    found = overlay.tree.at("http", "addr")
    assert found is not None
    assert found.value == "127.0.0.1:5001"
    assert found.place == Place("environment of process 1234", None, "environment")
    assert found.quote().quote == "REGISTRY_HTTP_ADDR: 127.0.0.1:5001"
    assert overlay.overrides == (found,)
    assert not overlay.ignored
    assert not overlay.refused


def test_values_are_yaml() -> None:
    overlay = _lay(
        ("REGISTRY_HTTP_RELATIVEURLS", "true"),
        ("REGISTRY_HTTP_DEBUG", "{addr: ':5001', prometheus: {enabled: true}}"),
        ("REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin", "['*']"),
    )
    assert _plain(overlay.tree.at("http", "relativeurls")) is True
    assert _plain(overlay.tree.at("http", "debug")) == {"addr": ":5001", "prometheus": {"enabled": True}}
    headers = _plain(overlay.tree.at("http", "headers"))
    assert headers == {"X-Content-Type-Options": ["nosniff"], "access-control-allow-origin": ["*"]}


def test_parents_come_before_children_in_whatever_order_they_are_given() -> None:
    overlay = _lay(("REGISTRY_STORAGE_S3_BUCKET", "b"), ("REGISTRY_STORAGE", "s3"))
    assert _plain(overlay.tree.at("storage")) == {"s3": {"bucket": "b"}}
    assert [variable.name for variable in overlay.overrides] == [
        "REGISTRY_STORAGE",
        "REGISTRY_STORAGE_S3_BUCKET",
    ]


@pytest.mark.parametrize(("variable", "section"), [("REGISTRY_STORAGE", "storage"), ("REGISTRY_AUTH", "auth")])
def test_a_scalar_on_storage_or_auth_resets_it(variable: str, section: str) -> None:
    tree = _lay((variable, "silly"), data=b"storage: {s3: {bucket: b}}\nauth: {token: {realm: r}}\n").tree
    assert _plain(tree.at(section)) == {"silly": {}}


def test_a_driver_in_the_environment_joins_the_one_in_the_file() -> None:
    tree = _lay(("REGISTRY_STORAGE_S3_ACCESS_KEY", "AK"), data=b"storage: {filesystem: {}}\n").tree
    assert _plain(tree.at("storage")) == {"filesystem": {}, "s3": {"access": {"key": Secret("AK", "key")}}}


def test_a_key_of_a_map_is_found_whatever_its_case() -> None:
    tree = _lay(("REGISTRY_STORAGE_FILESYSTEM_MAXTHREADS", "100")).tree
    assert _plain(tree.at("storage", "FileSystem")) == {
        "rootdirectory": "/var/lib/registry",
        "maxthreads": 100,
    }
    assert tree.at("storage", "filesystem") is None


def test_a_driver_without_parameters_gets_some() -> None:
    assert _plain(_lay(("REGISTRY_STORAGE_INMEMORY_X", "1")).tree.at("storage", "inmemory")) == {"x": 1}


def test_a_key_with_an_underscore_is_out_of_reach() -> None:
    tree = _lay(("REGISTRY_LOG_FIELDS_MY_SITE", "new"), data=b"log: {fields: {my_site: old}}\n").tree
    assert _plain(tree.at("log", "fields")) == {"my_site": "old", "my": {"site": "new"}}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("REGISTRY_http_addr", "upper case"),  # seen
        ("registry_http_addr", "upper case"),  # seen
        ("REGISTRY_HTTP_ADDR_FOO", "http.addr is a single value"),  # seen
        (
            "REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED",
            "storage.maintenance.readonly is a mapping inside",
        ),  # seen
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", "notifications.endpoints is a list"),  # seen
        ("REGISTRY_VERSION", "the version cannot be set"),  # seen
        (
            "REGISTRY_PORT_5000_TCP_ADDR",
            "no such section",
        ),  # Kubernetes sets it for a service called `registry`
        ("REGISTRY_CONFIGURATION_PATH", "no such section"),
        ("REGISTRY_", "no such section"),
        ("REGISTRY_HTTP__X", "upper case"),
        ("REGISTRY_STORAGE" + "_A" * 5000, "no such section"),
    ],
)
def test_what_the_registry_leaves_without_effect_changes_nothing_and_says_why(name: str, reason: str) -> None:
    before = parse(_FILE, "f")
    overlay = _lay((name, "true"))
    assert overlay.tree == before
    assert [(entry.variable.name, reason in entry.reason) for entry in overlay.ignored] == [(name, True)]


def test_a_mapping_that_the_environment_made_can_be_reached_into() -> None:
    overlay = _lay(
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY_A", "1"),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY_B", "2"),
        data=b"storage: {s3: {}}\n",
    )
    assert _plain(overlay.tree.at("storage", "maintenance")) == {"readonly": {"a": 1, "b": 2}}


def test_distribution_3_sets_items_of_lists() -> None:
    overlay = _lay(
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", "http://new"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_1_URL", "http://two"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_7_URL", "http://seven"),
        ("REGISTRY_NOTIFICATIONS_ENDPOINTS_X_URL", "http://x"),
        generation=Generation.DISTRIBUTION_3,
    )
    assert _plain(overlay.tree.at("notifications", "endpoints")) == [
        {"url": "http://new"},
        {"url": "http://two"},
    ]
    assert [entry.problem.partition(": ")[2] for entry in overlay.refused] == [
        "REGISTRY_NOTIFICATIONS_ENDPOINTS_7_URL: notifications.endpoints is a list of 2, which has no item 7: "
        "undefined index",
        "REGISTRY_NOTIFICATIONS_ENDPOINTS_X_URL: notifications.endpoints is a list, and 'X' no number: "
        "non-numeric index",
    ]


def test_a_value_that_is_no_yaml_is_a_problem_and_is_not_shown() -> None:
    overlay = _lay(("REGISTRY_HTTP_SECRET", "[hunter2hunter2"), ("REGISTRY_HTTP_ADDR", ":1"))
    (refused,) = overlay.refused
    problem = refused.problem
    assert refused.variable.quote().quote == "REGISTRY_HTTP_SECRET:"
    assert problem.startswith("environment of process 1234: REGISTRY_HTTP_SECRET:1: not YAML")
    assert "hunter2" not in problem
    assert _plain(overlay.tree.at("http", "addr")) == ":1"


def test_variables_of_others_are_passed_over() -> None:
    assert _lay(("PATH", "/bin"), ("REGISTRYX", "1")).overrides == ()


@pytest.mark.parametrize(
    "name",
    [
        "REGISTRY_HTTP_SECRET",
        "REGISTRY_STORAGE_S3_SECRETKEY",
        "REGISTRY_STORAGE_S3_SECRET_KEY",
        "REGISTRY_STORAGE_S3_ACCESS_KEY_ID",
        "REGISTRY_STORAGE_S3_ACCESSKEYID",
        "REGISTRY_REDIS_PASSWORD_X",
        "REGISTRY_MY_TOKEN",
        "REGISTRY_http_secret",
        "registry_http_secret",
    ],
)
def test_a_variable_whose_name_says_secret_is_wrapped_even_misspelt(name: str) -> None:
    overlay = _lay((name, "planted-4711-value"))
    assert isinstance(overlay.overrides[0].value, Secret)
    assert "planted" not in repr(overlay)


@pytest.mark.parametrize(
    "name",
    [
        "REGISTRY_AUTH_TOKEN_REALM",
        "REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE",
        "REGISTRY_HTTP_TLS_KEY",
        "REGISTRY_DATABASE_SSLKEY",
        "REGISTRY_STORAGE_S3_KEYID",
        "REGISTRY_STORAGE_GCS_KEYFILE",
    ],
)
def test_a_variable_that_is_no_secret_stays(name: str) -> None:
    assert _lay((name, "/etc/some/path")).overrides[0].value == "/etc/some/path"


def test_a_secret_inside_a_variable_that_holds_a_mapping_is_wrapped() -> None:
    overlay = _lay(
        ("REGISTRY_STORAGE_S3", "{accesskey: planted-1-value, secretkey: planted-2-value, bucket: b}"),
        (
            "REGISTRY_NOTIFICATIONS_ENDPOINTS",
            "[{url: http://x, headers: {Authorization: [planted-3-value]}}]",
        ),
    )
    assert "planted" not in repr(overlay)
    assert _plain(overlay.tree.at("storage", "s3", "bucket")) == "b"


def test_distribution_3_appends_to_a_list_that_is_not_there() -> None:
    variables = [("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", "http://new")]
    for generation in (Generation.DISTRIBUTION_3, Generation.GITLAB):
        overlay = _lay(*variables, data=b"version: 0.1\n", generation=generation)
        assert _plain(overlay.tree.at("notifications", "endpoints")) == [{"url": "http://new"}]
    overlay = _lay(*variables, data=b"version: 0.1\n", generation=Generation.DISTRIBUTION_2)
    assert overlay.tree.at("notifications") is None
    assert [entry.certain for entry in overlay.ignored] == [True]
    assert [entry.certain for entry in _lay(*variables).ignored] == [False]


def test_items_of_a_list_of_texts_cannot_be_set() -> None:
    overlay = _lay(("REGISTRY_HTTP_TLS_CLIENTCAS_0", "/ca.pem"), generation=Generation.DISTRIBUTION_3)
    assert [entry.instead for entry in overlay.ignored] == ["REGISTRY_HTTP_TLS_CLIENTCAS"]
    overlay = _lay(("REGISTRY_NOTIFICATIONS_ENDPOINTS_0", "{}"), generation=Generation.DISTRIBUTION_3)
    assert "cannot be set as a whole" in overlay.refused[0].problem


def test_fields_are_those_of_the_program() -> None:
    overlay = _lay(
        ("REGISTRY_HEALTH_FILE", "[{file: /x}]"),  # seen
        ("REGISTRY_HEALTH_TCPCHECKERS", "[{addr: 'x:1'}]"),  # seen
        ("REGISTRY_HTTP_ADRR", ":1"),  # seen
        ("REGISTRY_TAGS_MAXTAGS", "5"),  # seen
        generation=Generation.DISTRIBUTION_2,
    )
    assert _plain(overlay.tree.at("health")) == {"tcp": [{"addr": "x:1"}]}
    assert [(entry.variable.name, entry.reason, entry.instead, entry.section) for entry in overlay.ignored] == [
        ("REGISTRY_HEALTH_FILE", "health has no field FILE", "REGISTRY_HEALTH_FILECHECKERS", True),
        ("REGISTRY_HTTP_ADRR", "http has no field ADRR", "", True),
        ("REGISTRY_TAGS_MAXTAGS", "the configuration has no field TAGS", "", True),
    ]


def test_redis_of_distribution_3_wants_its_options_named_up_to_3_0() -> None:
    variables = [
        ("REGISTRY_REDIS_ADDRS", "['redis:6379']"),
        ("REGISTRY_REDIS_OPTIONS_DB", "2"),
        ("REGISTRY_REDIS_TLS_KEY", "/k"),
    ]
    old = _lay(*variables, generation=Generation.DISTRIBUTION_3, version=(3, 0, 0))
    assert _plain(old.tree.at("redis")) == {"db": 2, "tls": {"key": "/k"}}
    assert [entry.instead for entry in old.ignored] == ["REGISTRY_REDIS_OPTIONS_ADDRS"]
    new = _lay(*variables, generation=Generation.DISTRIBUTION_3, version=(3, 1, 1))
    assert _plain(new.tree.at("redis")) == {"addrs": ["redis:6379"], "db": 2, "tls": {"key": "/k"}}
    whole = _lay(("REGISTRY_REDIS_OPTIONS", "{db: 3}"), generation=Generation.DISTRIBUTION_3)
    assert _plain(whole.tree.at("redis")) == {"db": 3}


def test_gitlabs_registry_has_drivers_with_an_underscore() -> None:
    overlay = _lay(("REGISTRY_STORAGE", "s3_v2"), ("REGISTRY_STORAGE_S3_V2_BUCKET", "b"), generation=Generation.GITLAB)
    assert _plain(overlay.tree.at("storage")) == {"s3_v2": {"bucket": "b"}}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [  # each seen
        ("REGISTRY_HTTP_RELATIVEURLS", "maybe", "true or false"),
        ("REGISTRY_HTTP_HEADERS", "{X: nosniff}", "a mapping from names to lists of texts"),
        ("REGISTRY_STORAGE_MAINTENANCE_READONLY", "true", "a mapping"),
        ("REGISTRY_STORAGE_REDIRECT_DISABLE", "'true'", "true or false"),
        ("REGISTRY_LOG_LEVEL", "loud", "one of error, warn, info, debug"),
        ("REGISTRY_LOG", "info", "a mapping"),
        ("REGISTRY_AUTH_TOKEN", "x", "a mapping"),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: str, wanted: str) -> None:
    data = b"http: {addr: ':1'}\n"
    overlay = _lay((name, value), data=data, generation=Generation.DISTRIBUTION_2)
    assert [entry.problem for entry in overlay.refused] == [
        f"environment of process 1234: {name}: the value must be {wanted}"
    ]


def test_a_computed_value_stands_in_the_tree() -> None:
    place = Place("docker-compose.yml", 5)
    tree = parse(b"version: 0.1\n", "f")
    overlay = lay_over(tree, [("REGISTRY_HTTP_RELATIVEURLS", Computed("${RELATIVE}"), place)])
    found = overlay.tree.at("http", "relativeurls")
    assert found is not None
    assert found.value == Computed("${RELATIVE}")
    assert overlay.refused == ()


def test_a_secret_that_somebody_masked_is_no_broken_yaml() -> None:
    overlay = _lay(("REGISTRY_STORAGE_S3_SECRETKEY", "******"), data=b"version: 0.1\n")
    assert overlay.refused == ()
    assert _plain(overlay.tree.at("storage", "s3")) == {"secretkey": Secret("******", "secretkey")}


def _seconds(count: int) -> float:
    """CPU time, the median of three, of laying that many headers over a configuration."""
    variables = [(f"REGISTRY_HTTP_HEADERS_A{index}_B", "x") for index in range(count)]
    spent = []
    for _ in range(3):
        began = time.process_time()
        assert len(_lay(*variables).tree.entries()["http"].entries()["headers"].entries()) == count + 1
        spent.append(time.process_time() - began)
    return sorted(spent)[1]


def test_four_times_as_many_variables_take_no_more_than_that_and_some() -> None:
    assert _seconds(4000) < 10 * _seconds(1000) + 0.1  # sixteen times, where it grew with the square


def test_what_was_read_is_left_as_it_is() -> None:
    tree = parse(_FILE, "config.yml")
    before = repr(tree)
    found = lay_over(
        tree,
        [
            ("REGISTRY_HTTP_HEADERS_A", "[x]", _PLACE),
            ("REGISTRY_LOG_FIELDS", "{a: b}", _PLACE),
            ("REGISTRY_LOG_FIELDS_C", "d", _PLACE),
        ],
    )
    assert repr(tree) == before
    fields = next(one for one in found.overrides if one.name == "REGISTRY_LOG_FIELDS")
    assert list(fields.entries()) == ["a"]
    below = found.tree.at("log", "fields")
    assert below is not None
    assert list(below.entries()) == ["a", "c"]
