"""Requests to Azure are signed as Microsoft documents it, and only with what can sign."""

from __future__ import annotations

import base64
import hmac

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.formats.azure_parameters import AzureContainer
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.azure_container import SharedKey, registry_container
from regdoctor.redaction import Secret

KEY = base64.b64encode(bytes(range(64))).decode()
CONTAINER = AzureContainer("https://a.blob.core.windows.net", "a", "c", "", legacy=False)


def test_the_signature_is_that_of_the_documented_text() -> None:
    signer = SharedKey("a", Secret(KEY, "accountkey"))
    headers = {"x-ms-version": "2021-08-06", "x-ms-date": "Tue, 24 Nov 2026 00:00:00 GMT"}
    asked = signer.authorise(
        "GET", "https://a.blob.core.windows.net/c?restype=container&comp=list&prefix=x%2F", headers
    )
    text = (
        "GET" + "\n" * 12 + "x-ms-date:Tue, 24 Nov 2026 00:00:00 GMT\nx-ms-version:2021-08-06\n"
        "/a/c\ncomp:list\nprefix:x/\nrestype:container"
    )
    expected = base64.b64encode(hmac.new(bytes(range(64)), text.encode(), "sha256").digest()).decode()
    assert dict(asked.headers)["Authorization"] == f"SharedKey a:{expected}"


def test_a_link_of_a_store_with_tls_is_for_tls_alone_and_reads_one_blob() -> None:
    link = SharedKey("a", Secret(KEY, "accountkey")).link(CONTAINER, "docker/x y")
    assert link.startswith("https://a.blob.core.windows.net/c/docker/x%20y?")
    assert {"spr=https", "sp=r", "sr=b"} <= set(link.partition("?")[2].split("&"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("accountname: a, container: c", "no accountname and accountkey"),
        ("accountname: a, container: c, accountkey: '%%%%'", "no base64"),
        ("accountname: a, accountkey: QUFB", "no account or no container"),
        ("accountname: a, container: c, credentials: {type: client_secret}", "Entra ID"),
        ("accountname: a, container: c, accountkey: QUFB, serviceurl: 'http://[x'", "is no URL"),
    ],
)
def test_what_cannot_be_asked_is_said(text: str, reason: str) -> None:
    config = parse_registry_config(f"version: 0.1\nstorage: {{azure: {{{text}}}}}\n".encode(), "config.yml")
    with pytest.raises(CouldNotGatherError, match=reason):
        registry_container(config, Generation.DISTRIBUTION_3, Http(TrustedCAs()))


def test_another_storage_is_not_azure() -> None:
    config = parse_registry_config(b"version: 0.1\nstorage: {inmemory: {}}\n", "config.yml")
    with pytest.raises(NotApplicableError):
        registry_container(config, None, Http(TrustedCAs()))
