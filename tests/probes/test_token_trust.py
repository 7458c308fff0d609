"""What a registry trusts is read of its configuration, and what could not be read is not taken for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from regdoctor.cli.token_options import target_of
from regdoctor.distribution.key_ids import public_jwk
from regdoctor.distribution.token_verdicts import TokenTrust
from regdoctor.probes.token_trust import NEEDED, trust_of
from regdoctor.runner import gather
from tests.certificates import issue

PAIR = issue("signer")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A registry's host with a bundle and a JWKS, and no configuration yet."""
    folder = tmp_path / "host/etc/docker/registry"
    folder.mkdir(parents=True)
    (folder / "root.crt").write_text(PAIR.pem)
    jwk = public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()) | {"kid": "mine"}
    (folder / "keys.json").write_text(json.dumps({"keys": [jwk]}))
    return tmp_path / "host"


def trusted(host: Path, settings: str) -> TokenTrust:
    """With these settings of auth.token beside those that it must have."""
    token = f"realm: https://h/auth, service: s, issuer: i, rootcertbundle: /etc/docker/registry/root.crt, {settings}"
    storage = "storage: {filesystem: {rootdirectory: /r}}"
    (host / "etc/docker/registry/config.yml").write_text(f"version: 0.1\n{storage}\nauth: {{token: {{{token}}}}}\n")
    gathered = gather(target_of(None, [host], None), NEEDED, 20.0)
    return trust_of({item.probe.provides: item.evidence for item in gathered})


def test_the_bundle_its_certificate_the_jwks_and_the_settings_are_read(host: Path) -> None:
    trust = trusted(host, "jwks: /etc/docker/registry/keys.json, signingalgorithms: [ES256, RS256]")

    assert [(key.source, key.kid) for key in trust.keys] == [
        ("/etc/docker/registry/root.crt", None),
        ("/etc/docker/registry/keys.json", "mine"),
    ]
    assert trust.keys[0].certificate == PAIR.certificate
    assert (trust.issuer, trust.service, trust.algorithms, trust.unread) == ("i", "s", ("ES256", "RS256"), "")


def test_without_them_the_defaults_hold(host: Path) -> None:
    trust = trusted(host, "")
    assert (len(trust.keys), trust.algorithms, trust.unread) == (1, (), "")


@pytest.mark.parametrize("jwks", ["/etc/docker/registry/none.json", "https://h/keys", "/etc/docker/registry/root.crt"])
def test_a_jwks_that_cannot_be_read_is_told(host: Path, jwks: str) -> None:
    trust = trusted(host, f"jwks: '{jwks}'")
    assert (len(trust.keys), trust.unread) == (1, "auth.token.jwks is set, and its keys could not be read")


def test_of_nothing_nothing_is_known() -> None:
    assert trust_of({}) == TokenTrust()
