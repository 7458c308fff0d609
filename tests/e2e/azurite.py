"""Azurite, Microsoft's own emulator of the Blob service: it checks keys, links and their permissions as Azure does."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from regdoctor.distribution.generation import Generation
from regdoctor.formats.azure_parameters import AzureContainer, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.lab.certificates import Pair
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.probes.azure_container import BlobContainer
from regdoctor.probes.azure_signers import Authorised, SharedKey
from regdoctor.redaction import Secret

ACCOUNT = "registrytest"
_LISTENS = re.compile(r"successfully listens on (https?://127\.0\.0\.1:\d+)")
_VERSION = "2021-08-06"


@dataclass
class Azurite:
    """A running emulator with one account, whose key is made up here."""

    folder: Path
    processes: Processes
    key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(64)).decode())
    service: str = ""
    pair: Pair | None = None
    """With it Azurite speaks TLS, and takes tokens of Entra ID as they come: it looks at their times, issuer and
    audience, and at no signature."""
    trusted: str = ""
    """PEM of the authority of `pair`: Azurite asks itself for the source of a copy."""

    def start(self) -> None:
        """Start it on a free port of loopback."""
        log = self.folder / "azurite.log"
        environment = minimal_environment(self.folder) | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"}
        options = self._with_tls()
        if self.trusted:
            environment["NODE_EXTRA_CA_CERTS"] = str(self.folder / "authority.pem")
        process = self.processes.start(
            "azurite",
            [
                str(find_program("azurite-blob")),
                *("--blobHost", "127.0.0.1", "--blobPort", "0", "--disableTelemetry"),
                "--inMemoryPersistence",
                *options,
            ],
            log=log,
            environment=environment,
            grace=0.0,
        )
        process.wait_ready(lambda: _LISTENS.search(log.read_text()) is not None, 30.0)
        found = _LISTENS.search(log.read_text())
        assert found is not None
        self.service = f"{found.group(1)}/{ACCOUNT}"

    def _with_tls(self) -> tuple[str, ...]:
        if self.pair is None:
            return ()
        certificate, key = self.folder / "azurite.pem", self.folder / "azurite.key"
        certificate.write_text(self.pair.certificate)
        key.write_text(self.pair.key)
        (self.folder / "authority.pem").write_text(self.trusted)
        return ("--oauth", "basic", "--cert", str(certificate), "--key", str(key))

    def config(self, container: str, more: str = "", *, key: str = "") -> RegistryConfig:
        """A configuration that stores there; `more`: further parameters, as in a YAML mapping on one line."""
        text = (
            f"version: 0.1\nstorage: {{azure: {{accountname: {ACCOUNT}, accountkey: '{key or self.key}', "
            f"container: {container}, serviceurl: '{self.service}'{more}}}}}\n"
        )
        return parse_registry_config(text.encode(), "config.yml")

    def owner(self, container: str) -> BlobContainer:
        """The container as its owner, with blobs named as distribution 3 names them."""
        parameters = azure_parameters(self.config(container))
        assert parameters is not None
        where = parameters.container(Generation.DISTRIBUTION_3)
        assert where is not None
        return BlobContainer(Http(TrustedCAs()), where, SharedKey(ACCOUNT, Secret(self.key, "accountkey")))

    def make(self, container: str) -> BlobContainer:
        """Make a container."""
        owner = self.owner(container)
        made = owner._send("PUT", f"{owner.container.url}?restype=container")
        assert made.status == 201, made
        return owner

    def limited(self, container: str, letters: str, address: str = "") -> BlobContainer:
        """The container as somebody who may do only what the letters of a SAS say, from one address alone if named."""
        owner = self.owner(container)
        return BlobContainer(
            owner.door, owner.container, Limited(SharedKey(ACCOUNT, Secret(self.key, "accountkey")), letters, address)
        )


@dataclass(frozen=True, slots=True)
class Limited:
    """An identity with some permissions only: a SAS of the whole container, as Azure checks it."""

    key: SharedKey
    letters: str
    address: str = ""

    def authorise(self, method: str, url: str, headers: Mapping[str, str]) -> Authorised:
        """The request with the SAS."""
        assert method
        container = url.partition(f"/{ACCOUNT}/")[2].partition("/")[0].partition("?")[0]
        end = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        resource = f"/blob/{ACCOUNT}/{container}"
        fields = (self.letters, "", end, resource, "", self.address, "", _VERSION, "c", *[""] * 7)
        words = {"sv": _VERSION, "se": end, "sr": "c", "sp": self.letters, "sip": self.address}
        words["sig"] = self.key._sign("\n".join(fields))
        query = urlencode({name: value for name, value in words.items() if value}, quote_via=quote)
        shown = tuple((name, value) for name, value in headers.items() if name != "Content-Length")
        return Authorised(f"{url}{'&' if '?' in url else '?'}{query}", shown)

    def link(self, container: AzureContainer, name: str) -> str:
        """A link that the same permissions limit."""
        return self.authorise("GET", f"{container.url}/{quote(name)}", {}).url
