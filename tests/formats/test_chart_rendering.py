"""What the chart writes into config.yml and gitlab.yml, with each value's own file, line and name."""

from __future__ import annotations

import pytest

from regdoctor.formats.chart_rendering import (
    UNSEEN_STORAGE,
    registry_host,
    rendered_gitlab_config,
    rendered_registry_config,
)
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.helm_values import HelmValues, parse_helm_values
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.registry_config import RegistryConfig

VALUES = """\
global:
  hosts:
    domain: example.org
    hostSuffix: dev
  registry:
    tokenIssuer: my-issuer
    httpSecret: {secret: my-http-secret}
registry:
  relativeurls: true
  debug: {addr: {port: 6001}}
  storage:
    secret: my-storage
    redirect: {disable: true}
"""


def _values(text: str = VALUES) -> HelmValues:
    return parse_helm_values([(text.encode(), "/v/values.yaml")])


def _registry(text: str = VALUES) -> RegistryConfig:
    found = rendered_registry_config(_values(text))
    assert found is not None
    return found


def _gitlab(text: str = VALUES) -> GitLabConfig:
    found = rendered_gitlab_config(_values(text))
    assert found is not None
    return found


def _said(config: RegistryConfig, *path: str) -> tuple[str | None, str, int | None]:
    value = config.at(*path)
    assert value is not None, path
    return value.text(), value.name, value.place.line


def test_what_the_values_say_keeps_its_name_and_line() -> None:
    config = _registry()
    assert _said(config, "http", "relativeurls") == ("true", "registry.relativeurls", 9)
    assert _said(config, "http", "debug", "addr") == (":6001", "registry.debug.addr.port", 10)
    assert _said(config, "storage", "redirect", "disable") == ("true", "registry.storage.redirect.disable", 13)
    assert _said(config, "auth", "token", "issuer") == ("my-issuer", "global.registry.tokenIssuer", 6)


def test_the_rest_are_the_charts_defaults() -> None:
    config = _registry("global: {edition: ee}\n")
    for path, text in (
        (("http", "addr"), ":5000"),
        (("http", "debug", "addr"), ":5001"),
        (("http", "draintimeout"), "0"),
        (("auth", "token", "service"), "container_registry"),
        (("auth", "token", "issuer"), "gitlab-issuer"),
        (("auth", "token", "realm"), "https://gitlab.example.com/jwt/auth"),
        (("health", "storagedriver", "enabled"), "false"),
        (("storage", "maintenance", "readonly", "enabled"), "false"),
    ):
        value = config.at(*path)
        assert value is not None, path
        assert (value.text(), value.place.layer, value.place.source) == (text, "default", "chart default")


def test_the_realm_is_gitlabs_own_address_unless_told() -> None:
    realm = _registry().at("auth", "token", "realm")
    assert realm is not None
    assert realm.text() == "https://gitlab-dev.example.org/jwt/auth"
    told = _registry("registry: {authEndpoint: 'http://git.example.net'}\nglobal: {hosts: {https: false}}\n")
    realm = told.at("auth", "token", "realm")
    assert realm is not None
    assert realm.text() == "http://git.example.net/jwt/auth"
    plain = _registry("global: {hosts: {https: false}}\n").at("auth", "token", "realm")
    assert plain is not None
    assert plain.text() == "http://gitlab.example.com/jwt/auth"


def test_what_is_in_secrets_is_there_and_not_known() -> None:
    config = _registry()
    assert config.storage_driver() is None
    storage, secret = config.at("storage"), config.at("http", "secret")
    assert storage is not None
    assert storage.place.layer == UNSEEN_STORAGE
    assert secret is not None
    with pytest.raises(UndecidedError, match="my-http-secret"):
        secret.text()


def test_the_bundled_minio_is_a_driver() -> None:
    config = _registry("global: {minio: {enabled: true}, hosts: {domain: example.org}}\n")
    driver = config.storage_driver()
    assert driver is not None
    assert driver[0] == "s3"
    endpoint, off = driver[1].at("regionendpoint"), config.at("storage", "redirect", "disable")
    assert endpoint is not None
    assert endpoint.text() == "https://minio.example.org"
    assert off is not None
    assert off.switch() is True


def test_a_registry_that_is_switched_off_has_no_configuration() -> None:
    assert rendered_registry_config(_values("registry: {enabled: false}\n")) is None


def test_tls_of_the_pod_appears_only_where_it_is_on() -> None:
    assert _registry().at("http", "tls") is None
    assert _registry("registry: {tls: {enabled: true, secretName: x}}\n").at("http", "tls") is not None


def test_gitlab_yml_has_host_issuer_and_switch() -> None:
    config = _gitlab()
    host, issuer, enabled = (config.registry(key) for key in ("host", "issuer", "enabled"))
    assert host is not None
    assert (host.text(), host.place.line) == ("registry-dev.example.org", 3)
    assert issuer is not None
    assert (issuer.text(), issuer.place.line) == ("my-issuer", 6)
    assert enabled is not None
    assert enabled.switch() is True
    own, https = config.gitlab("host"), config.gitlab("https")
    assert own is not None
    assert own.text() == "gitlab-dev.example.org"
    assert https is not None
    assert https.switch() is True


def test_the_webservices_own_values_win() -> None:
    text = VALUES + "gitlab: {webservice: {registry: {tokenIssuer: other, host: r.example.net}}}\n"
    issuer, host = _gitlab(text).registry("issuer"), registry_host(_values(text))
    assert issuer is not None
    assert issuer.text() == "other"
    assert host.text() == "r.example.net"


def test_the_api_url_rests_on_the_release_unless_its_host_is_given() -> None:
    url = _gitlab().registry("api_url")
    assert url is not None
    with pytest.raises(UndecidedError):
        url.text()
    url = _gitlab("global: {registry: {api: {host: r.svc, protocol: https, port: 443}}}\n").registry("api_url")
    assert url is not None
    assert url.text() == "https://r.svc:443"


def test_without_a_webservice_there_is_no_gitlab_yml() -> None:
    assert rendered_gitlab_config(_values("gitlab: {webservice: {enabled: false}}\n")) is None
