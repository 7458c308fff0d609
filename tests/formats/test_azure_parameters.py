"""Where each line of registry software reaches its container, and under which names it keeps blobs."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.formats.azure_parameters import AzureIdentity, AzureParameters, azure_parameters
from regdoctor.formats.registry_config import parse_registry_config

V2, V3, GITLAB = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def parameters(text: str, driver: str = "azure") -> AzureParameters:
    config = parse_registry_config(f"version: 0.1\nstorage: {{{driver}: {{{text}}}}}\n".encode(), "config.yml")
    found = azure_parameters(config)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "generation", "url", "prefix"),
    [
        ("accountname: a, container: c", V2, "https://a.blob.core.windows.net/c", "/"),
        ("accountname: a, container: c", V3, "https://a.blob.core.windows.net/c", ""),
        (
            "accountname: a, container: c, realm: core.chinacloudapi.cn",
            V3,
            "https://a.blob.core.chinacloudapi.cn/c",
            "",
        ),
        ("accountname: a, container: c, serviceurl: 'http://h:1/a/'", V3, "http://h:1/a/c", ""),
        ("accountname: a, container: c, serviceurl: 'http://h:1/a/'", V2, "https://a.blob.core.windows.net/c", "/"),
        ("accountname: a, container: c, rootdirectory: /x/y", GITLAB, "https://a.blob.core.windows.net/c", "x/y/"),
        (
            "accountname: a, container: c, rootdirectory: x, legacyrootprefix: true",
            GITLAB,
            "https://a.blob.core.windows.net/c",
            "/x/",
        ),
    ],
)
def test_the_address_and_the_root_are_those_of_the_driver(
    text: str, generation: Generation, url: str, prefix: str
) -> None:
    found = parameters(text).container(generation)
    assert found is not None
    assert (found.url, found.own_prefix) == (url, prefix)


@pytest.mark.parametrize(
    ("text", "legacy"),
    [
        ("trimlegacyrootprefix: true", False),
        ("trimlegacyrootprefix: false", True),
        ("trimlegacyrootprefix: 'false'", True),
        ("legacyrootprefix: true", True),
        ("legacyrootprefix: false", False),
        ("legacyrootprefix: true, trimlegacyrootprefix: false", True),
        ("rootdirectory: x", False),
    ],
)
def test_two_switches_decide_on_the_slash_in_gitlabs_registry(text: str, legacy: bool) -> None:
    found = parameters(f"accountname: a, container: c, {text}").container(GITLAB)
    assert found is not None
    assert found.legacy is legacy


def test_the_slash_is_not_known_where_the_product_is_not() -> None:
    found = parameters("accountname: a, container: c").container(None)
    assert found is not None
    assert found.legacy is None


def test_without_account_or_container_there_is_no_address() -> None:
    assert parameters("accountname: a").container(V3) is None
    assert parameters("container: c").container(V3) is None


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("accountname: a", AzureIdentity.SHARED_KEY),
        ("credentials: {type: client_secret}", AzureIdentity.CLIENT_SECRET),
        ("credentialstype: default_credentials", AzureIdentity.DEFAULT),
        ("credentials_type: shared_key", AzureIdentity.SHARED_KEY),
        ("credentials: {type: other}", None),
    ],
)
def test_the_kind_of_credentials_has_three_names(text: str, identity: AzureIdentity | None) -> None:
    assert parameters(text, "azure_v2").identity is identity


def test_another_driver_has_none() -> None:
    assert azure_parameters(parse_registry_config(b"version: 0.1\nstorage: {inmemory: {}}\n", "config.yml")) is None


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("credentials: {type: client_secret, tenantid: t, clientid: c, secret: s3cret}", "azure"),
        ("credentials_type: client_secret, tenant_id: t, client_id: c, secret: s3cret", "azure_v2"),
        ("credentialstype: client_secret, tenantid: t, clientid: c, secret: s3cret", "azure_v2"),
    ],
)
def test_a_service_principal_is_read_from_every_drivers_settings(text: str, driver: str) -> None:
    found = parameters(text, driver).principal()
    assert found is not None
    assert (found.tenant, found.client, found.secret.reveal()) == ("t", "c", "s3cret")
    assert "s3cret" not in repr(found)
    assert parameters(text.replace("secret: s3cret", "secret: ''"), driver).principal() is None
    assert parameters(text, driver).named_by.text() == "client_secret"


@pytest.mark.parametrize(
    ("driver", "generation", "begin"),
    [
        ("azure", Generation.DISTRIBUTION_2, False),
        ("azure", V3, True),
        ("azure", GITLAB, False),
        ("azure_v2", GITLAB, True),
        ("azure", None, False),
    ],
)
def test_links_say_their_beginning_with_newer_drivers_alone(
    driver: str, generation: Generation | None, begin: bool
) -> None:
    found = parameters("accountname: a, container: c", driver).container(generation)
    assert found is not None
    assert found.links_begin is begin
