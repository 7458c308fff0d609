"""gitlab.rb is judged as the files that Omnibus would make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.located import Computed, Located, UndecidedError
from regdoctor.formats.omnibus_rendering import rendered_gitlab_config, rendered_registry_config
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.redaction import Secret

TREE = Path(__file__).parents[1] / "trees" / "omnibus"
URLS = "external_url 'https://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\n"


def _rb(code: str) -> GitLabRb:
    return parse_gitlab_rb(code.encode(), "g.rb")


def _registry(code: str = "") -> RegistryConfig:
    found = rendered_registry_config(_rb(URLS + code))
    assert found is not None
    return found


def _gitlab(code: str) -> GitLabConfig:
    found = rendered_gitlab_config(_rb(code))
    assert found is not None
    return found


def _leaves(tree: Located) -> dict[tuple[str, ...], object]:
    """Every value; a secret by its being one."""
    leaves = {path: value.value for path, value in tree.walk() if not isinstance(value.value, dict | tuple)}
    return {path: "a secret" if isinstance(value, Secret) else value for path, value in leaves.items()}


def test_the_healthy_tree_comes_out_as_omnibus_wrote_it() -> None:
    rb = parse_gitlab_rb((TREE / "etc/gitlab/gitlab.rb").read_bytes(), "g.rb")
    registry, gitlab = rendered_registry_config(rb), rendered_gitlab_config(rb)
    assert registry is not None
    assert gitlab is not None
    written = (TREE / "var/opt/gitlab/registry/config.yml").read_bytes()
    assert _leaves(registry.tree) == _leaves(parse_registry_config(written, "config.yml").tree)
    rails = parse_gitlab_yml((TREE / "var/opt/gitlab/gitlab-rails/etc/gitlab.yml").read_bytes(), "gitlab.yml")
    theirs = {path: value for path, value in _leaves(rails.settings).items() if value is not None}
    assert {path: theirs[path] for path in _leaves(gitlab.settings)} == _leaves(gitlab.settings)


@pytest.mark.parametrize(
    ("code", "registry", "gitlab"),
    [
        ("", False, False),
        ("external_url 'https://g'", False, False),
        ("registry_external_url 'https://r'", True, True),
        ("registry['enable'] = true", True, False),
        ("registry_external_url 'https://r'\nregistry['enable'] = false", False, False),
        ("registry['enable'] = false\ngitlab_rails['registry_enabled'] = true", False, True),
        ("gitlab_rails['registry_enabled'] = true", False, True),
    ],
)
def test_what_turns_the_registry_on(code: str, registry: bool, gitlab: bool) -> None:
    assert (rendered_registry_config(_rb(code)) is not None) is registry
    assert (rendered_gitlab_config(_rb(code)) is not None) is gitlab


def test_whether_there_is_one_may_be_undecided() -> None:
    with pytest.raises(UndecidedError, match=r"registry\['enable'\]"):
        rendered_registry_config(_rb("registry['enable'] = ENV['X'] == '1'\n"))


def test_values_keep_their_place_and_name() -> None:
    config = _registry("registry['storage'] = {\n  's3' => { 'bucket' => 'b' }\n}\n")
    driver = config.storage_driver()
    assert driver is not None
    bucket = driver[1].at("bucket")
    assert bucket is not None
    assert (bucket.name, bucket.place.line, bucket.place.source) == ("registry['storage']['s3']['bucket']", 4, "g.rb")
    cache = config.at("storage", "cache", "blobdescriptor")
    assert cache is not None
    assert (cache.text(), cache.place.layer) == ("inmemory", "default")
    assert config.source == "g.rb"


@pytest.mark.parametrize(
    ("code", "path", "text"),
    [
        ("", "auth.token.realm", "https://gitlab.example.com/jwt/auth"),
        ("registry['token_realm'] = 'https://other'\n", "auth.token.realm", "https://other/jwt/auth"),
        ("gitlab_rails['registry_issuer'] = 'i'\n", "auth.token.issuer", "i"),
        ("registry['dir'] = '/r'\n", "auth.token.rootcertbundle", "/r/gitlab-registry.crt"),
        ("registry['rootcertbundle'] = '/c'\n", "auth.token.rootcertbundle", "/c"),
        ("gitlab_rails['shared_path'] = '/s'\n", "storage.filesystem.rootdirectory", "/s/registry"),
        ("gitlab_rails['registry_path'] = '/p'\n", "storage.filesystem.rootdirectory", "/p"),
        ("registry['storage_delete_enabled'] = false\n", "storage.delete.enabled", "false"),
        (
            "registry['storage'] = {'inmemory' => {}, 'delete' => {'enabled' => false}}\n",
            "storage.delete.enabled",
            "false",
        ),
        ("registry['validation_enabled'] = true\n", "validation.disabled", "false"),
        ("registry['compatibility_schema1_enabled'] = true\n", "compatibility.schema1.enabled", "true"),
        ("registry['debug_addr'] = ':5001'\n", "http.debug.addr", ":5001"),
        ("registry['gc']['disabled'] = true\n", "gc.disabled", "true"),
        ("registry['env'] = {'REGISTRY_HTTP_RELATIVEURLS' => true}\n", "http.relativeurls", "true"),
    ],
)
def test_what_omnibus_makes_of_the_settings(code: str, path: str, text: str) -> None:
    found = _registry(code).at(*path.split("."))
    assert found is not None
    assert found.text() == text


def test_an_environment_that_is_set_is_laid_over_with_its_line() -> None:
    config = _registry("registry['env'] = {\n  'REGISTRY_HTTP_SECRET' => 'hunter2hunter2',\n  'GODEBUG' => 'x'\n}\n")
    secret = config.at("http", "secret")
    assert secret is not None
    assert (secret.place.layer, secret.place.source, secret.place.line) == ("environment", "g.rb", 4)
    assert isinstance(secret.value, Secret)
    assert [variable.name for variable in config.overrides] == ["REGISTRY_HTTP_SECRET"]


def test_notifications_take_their_defaults() -> None:
    config = _registry(
        "registry['default_notifications_timeout'] = '2s'\n"
        "registry['notifications'] = [{'name' => 'n', 'backoff' => '3s'}, ENV['X']]\n"
    )
    endpoints = config.at("notifications", "endpoints")
    assert endpoints is not None
    first, second = endpoints.items()
    assert {key: value.value for key, value in first.entries().items()} == {
        "timeout": "2s",
        "maxretries": 5,
        "backoff": "3s",
        "name": "n",
    }
    assert isinstance(second.value, Computed)


@pytest.mark.parametrize("code", ["registry['storage'] = ENV['S']\n", "registry['notifications'] = f\n"])
def test_what_is_computed_stays_so(code: str) -> None:
    config = _registry(code)
    found = config.at("storage") if "storage" in code else config.at("notifications", "endpoints")
    assert found is not None
    assert isinstance(found.value, Computed)


def test_no_default_is_claimed_where_another_file_may_set_it() -> None:
    found = _registry("from_file '/etc/gitlab/storage.rb'\n").at("storage")
    assert found is not None
    with pytest.raises(UndecidedError, match="does not set itself"):
        found.entries()


def test_gitlab_has_host_and_port_from_the_url() -> None:
    gitlab = _gitlab("external_url 'http://g.example.com'\nregistry_external_url 'https://r.example.com:5050'\n")
    assert {key: value.text() for key, value in gitlab.settings.at("registry").entries().items()} == {  # type: ignore[union-attr]
        "enabled": "true",
        "host": "r.example.com",
        "port": "5050",
        "api_url": "http://127.0.0.1:5000",
        "path": "/var/opt/gitlab/gitlab-rails/shared/registry",
        "key": "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
        "issuer": "omnibus-gitlab-issuer",
    }
    host = gitlab.registry("host")
    assert host is not None
    assert (host.place.line, host.name) == (2, "registry_external_url (host)")
    assert [
        value and value.text() for value in (gitlab.gitlab("host"), gitlab.gitlab("port"), gitlab.gitlab("https"))
    ] == [
        "g.example.com",
        "80",
        "false",
    ]


def test_an_external_registry_is_as_gitlab_rb_says() -> None:
    gitlab = _gitlab(
        "gitlab_rails['registry_enabled'] = true\ngitlab_rails['registry_host'] = 'r'\n"
        "gitlab_rails['registry_port'] = 5\n"
        "gitlab_rails['registry_api_url'] = 'https://r:5'\n"
        "gitlab_rails['gitlab_default_projects_features_container_registry'] = false\n"
    )
    values = [gitlab.registry(key) for key in ("enabled", "host", "port", "api_url")]
    assert [value and (value.text(), value.place.line) for value in values] == [
        ("true", 1),
        ("r", 2),
        ("5", 3),
        ("https://r:5", 4),
    ]
    feature = gitlab.gitlab("default_projects_features", "container_registry")
    assert feature is not None
    assert feature.switch() is False
