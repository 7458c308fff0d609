"""As whom the registry asks Azure: told by its configuration and its own environment, and never guessed."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.azure_parameters import azure_parameters
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes import azure_entra
from regdoctor.probes.azure_entra import EntraRefusedError
from regdoctor.probes.azure_identity import RegistrysHost, may_take_token, registry_signer
from regdoctor.probes.azure_signers import Bearer, SharedKey

V3, GITLAB = Product(Generation.DISTRIBUTION_3, (3, 1, 0)), Product(Generation.GITLAB)
PRINCIPAL = "credentials: {type: client_secret, tenantid: contoso, clientid: registry, secret: s3cr3t-of-client}"
DEFAULT = "credentials: {type: default_credentials}"
GIVEN = {"access_token": "token-of-entra", "expires_in": 3599, "token_type": "Bearer"}
METADATA = "http://169.254.169.254/metadata/identity/oauth2/token"


class Door(Http):
    """Answers as Entra ID and the metadata service do, and keeps what was asked."""

    def __init__(self, token: tuple[int, Mapping[str, Any]] = (200, GIVEN), *, down: bool = False) -> None:
        super().__init__(TrustedCAs())
        self.token, self.down = token, down
        self.asked: list[tuple[str, str]] = []

    def send(self, method: str, url: str, **more: Any) -> Exchange:
        self.asked.append((f"{method} {url}", more["body"].decode()))
        if self.down:
            return Exchange(method, url, failure=Failure(FailureKind.TIMEOUT, "nobody answers"))
        authority = "/".join(url.split("/")[:4])
        endpoints = {f"{one}_endpoint": f"{authority}/oauth2/v2.0/{one}" for one in ("token", "authorization")}
        status, told = (200, endpoints | {"issuer": f"{authority}/v2.0"}) if "openid-conf" in url else self.token
        return Exchange(method, url, status=status, body=json.dumps(told).encode())


def signer(text: str, door: Http, product: Product = V3, root: Path | None = None, **variables: str) -> Any:
    """What signs for a configuration, with the variables of its service; without any, its environment is unknown."""
    config = parse_registry_config(
        f"version: 0.1\nstorage: {{azure: {{accountname: a, container: c, {text}}}}}\n".encode(), "config.yml"
    )
    parameters = azure_parameters(config)
    assert parameters is not None
    container = parameters.container(product.generation)
    assert container is not None
    place = Place("registry.service", 3)
    service = ServiceEnvironment("registry.service", tuple((name, value, place) for name, value in variables.items()))
    installation = Installation(root or Path("/"), Dialect.PLAIN, live=True)
    host = RegistrysHost(installation, service if variables else Absent("no unit"), product)
    return registry_signer(parameters, container, host, door)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        (PRINCIPAL, V3),
        ("credentialstype: client_secret, tenant_id: contoso, client_id: registry, secret: s3cr3t-of-client", GITLAB),
    ],
)
def test_a_service_principal_gets_a_token_by_its_secret(text: str, product: Product) -> None:
    door = Door()
    got = signer(text, door, product)
    assert isinstance(got, Bearer)
    assert got.token.reveal() == "token-of-entra"
    asked, body = door.asked[-1]
    assert asked == "POST https://login.microsoftonline.com/contoso/oauth2/v2.0/token"
    assert {"client_id=registry", "client_secret=s3cr3t-of-client"} <= set(body.split("&"))
    assert "scope=https%3A%2F%2Fstorage.azure.com%2F.default" in body


def test_the_authority_is_that_of_the_registrys_environment_and_by_tls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://ours.example")
    door = Door()
    signer(PRINCIPAL, door, AZURE_AUTHORITY_HOST="https://login.chinacloudapi.cn/")
    assert all(" https://login.chinacloudapi.cn/contoso/" in asked for asked, _ in door.asked)
    with pytest.raises(CouldNotGatherError, match="by https alone"):
        signer(PRINCIPAL, door, AZURE_AUTHORITY_HOST="http://login.example")


@pytest.mark.parametrize("code", ["AADSTS7000215", "AADSTS90002"])
def test_a_refusal_of_entra_id_is_kept(code: str) -> None:
    door = Door((401, {"error": "invalid_client", "error_description": f"{code}: no. Trace ID: x"}))
    with pytest.raises(EntraRefusedError, match=code) as raised:
        signer(PRINCIPAL, door)
    assert raised.value.exchange.status == 401
    assert len(door.asked) == 2


@pytest.mark.parametrize("door", [Door(down=True), Door((502, {})), Door((200, {})), Door((200, {"access_token": 7}))])
def test_without_an_answer_nothing_is_told_of_the_identity(door: Door) -> None:
    with pytest.raises(CouldNotGatherError, match="got no token"):
        signer(PRINCIPAL, door)


def test_default_credentials_are_those_of_the_registrys_environment(tmp_path: Path) -> None:
    door = Door()
    (tmp_path / "token").write_text("of.kubernetes\n")
    ask = functools.partial(signer, DEFAULT, door, root=tmp_path, AZURE_TENANT_ID="contoso", AZURE_CLIENT_ID="registry")
    ask(AZURE_CLIENT_SECRET="of-the-environment")
    assert "client_secret=of-the-environment" in door.asked[-1][1]
    ask(AZURE_FEDERATED_TOKEN_FILE="/token")
    assert "client_assertion=of.kubernetes" in door.asked[-1][1].split("&")
    with pytest.raises(CouldNotGatherError, match="AZURE_FEDERATED_TOKEN_FILE is not read"):
        ask(AZURE_FEDERATED_TOKEN_FILE="/none")


def test_default_credentials_end_at_the_machines_own_identity() -> None:
    door = Door((200, GIVEN | {"expires_in": "3599", "resource": "https://storage.azure.com"}))
    signer(DEFAULT, door, HOME="/", AZURE_CLIENT_ID="of-several")
    asked, _ = door.asked[-1]
    assert asked.startswith(f"GET {METADATA}?")
    assert "client_id=of-several" in asked
    with pytest.raises(CouldNotGatherError, match="got no token"):
        signer(DEFAULT, Door(down=True), HOME="/")


def test_where_the_environment_is_not_known_or_leads_elsewhere_nobody_is_asked() -> None:
    door = Door()
    with pytest.raises(CouldNotGatherError, match="not seen from here"):
        signer(DEFAULT, door)
    with pytest.raises(CouldNotGatherError, match="by way of AZURE_USERNAME"):
        signer(DEFAULT, door, AZURE_USERNAME="x")
    with pytest.raises(CouldNotGatherError, match="#4618"):
        signer(DEFAULT, door, Product(Generation.DISTRIBUTION_3, (3, 0, 0)), HOME="/")
    assert door.asked == []


def test_regdoctors_own_environment_does_not_choose_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/")
    door = Door()
    with pytest.raises(CouldNotGatherError, match="unset IDENTITY_ENDPOINT"):
        signer(DEFAULT, door, HOME="/")
    assert door.asked == []


def test_without_the_libraries_one_sentence_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "azure.identity", None)
    with pytest.raises(CouldNotGatherError, match=r"pip install regdoctor\[azure\]$"):
        azure_entra.managed_identity("", Door())


def test_distribution_2_knows_the_accounts_key_alone() -> None:
    door = Door()
    got = signer(f"accountkey: QUFB, {PRINCIPAL}", door, Product(Generation.DISTRIBUTION_2))
    assert isinstance(got, SharedKey)
    assert door.asked == []


@pytest.mark.parametrize(
    ("service", "realm", "may"),
    [
        ("https://a.blob.core.windows.net", "core.windows.net", True),
        ("https://a.privatelink.blob.core.windows.net", "core.windows.net", True),
        ("https://a.blob.core.chinacloudapi.cn", "core.chinacloudapi.cn", True),
        ("https://127.0.0.1:10000/a", "core.windows.net", True),
        ("http://a.blob.core.windows.net", "core.windows.net", False),
        ("https://a.blob.core.windows.net.example", "core.windows.net", False),
        ("https://blob.core.windows.net.example/.blob.core.windows.net", "core.windows.net", False),
        ("https://store.example", "core.windows.net", False),
    ],
)
def test_a_token_goes_to_azure_alone(service: str, realm: str, may: bool) -> None:
    assert may_take_token(service, realm) is may
    if not may:
        door = Door()
        with pytest.raises(CouldNotGatherError, match="no token is sent there"):
            signer(f"{PRINCIPAL}, serviceurl: '{service}'", door)
        assert door.asked == []
