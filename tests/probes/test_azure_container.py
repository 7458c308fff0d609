"""The registry's container is asked only where its address and its identity are known."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.azure_container import registry_container
from regdoctor.probes.azure_identity import RegistrysHost

HOST = RegistrysHost(
    Installation(None, Dialect.PLAIN, live=True), Absent("none"), Product(Generation.DISTRIBUTION_3, (3, 1, 0))
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("accountname: a, container: c", "no accountname and accountkey"),
        ("accountname: a, container: c, accountkey: '%%%%'", "no base64"),
        ("accountname: a, accountkey: QUFB", "no account or no container"),
        ("accountname: a, container: c, credentials: {type: client_secret}", "one is missing"),
        ("accountname: a, container: c, credentials: {type: default_credentials}", "is not seen from here"),
        ("accountname: a, container: c, credentials: {type: other}", "no driver knows"),
        ("accountname: a, container: c, accountkey: QUFB, serviceurl: 'http://[x'", "is no URL"),
    ],
)
def test_what_cannot_be_asked_is_said(text: str, reason: str) -> None:
    config = parse_registry_config(f"version: 0.1\nstorage: {{azure: {{{text}}}}}\n".encode(), "config.yml")
    with pytest.raises(CouldNotGatherError, match=reason):
        registry_container(config, HOST, Http(TrustedCAs()))


def test_another_storage_is_not_azure() -> None:
    config = parse_registry_config(b"version: 0.1\nstorage: {inmemory: {}}\n", "config.yml")
    with pytest.raises(NotApplicableError):
        registry_container(config, HOST, Http(TrustedCAs()))
