"""Requests to the registry's Azure container, signed as the registry's identity signs, through the HTTP door."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, urlencode, urlsplit

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.product import Product
from regdoctor.formats.azure_parameters import AzureContainer, AzureParameters, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.azure_identity import RegistrysHost, registry_signer
from regdoctor.probes.azure_signers import TOLERANCE, VERSION, Bearer, DelegationKey, Signer
from regdoctor.redaction import Secret

_KEY_HOLDS = timedelta(hours=1)
_FIELD = re.compile(r"<(Signed(?:Oid|Tid|Start|Expiry|Service|Version)|Value)>([^<]{1,512})</")
_NAME = re.compile(r"<Name>([^<]{1,1024})</Name>")


@dataclass(frozen=True, slots=True)
class BlobContainer:
    """One container, with what it takes to ask it."""

    door: Http
    container: AzureContainer
    signer: Signer
    deadline: float = 4.0
    """Seconds for each request."""

    def list(self, prefix: str, limit: int) -> Exchange:
        """List Blobs whose names begin so, flat."""
        words = {"restype": "container", "comp": "list", "prefix": prefix, "maxresults": str(limit)}
        return self._send("GET", f"{self.container.url}?{urlencode(words, quote_via=quote)}")

    def head(self, name: str) -> Exchange:
        """Get Blob Properties."""
        return self._send("HEAD", self._url(name))

    def get(self, name: str) -> Exchange:
        """Get Blob, of no more than the first byte."""
        return self._send("GET", self._url(name), {"x-ms-range": "bytes=0-0"})

    def signed(self, method: str, name: str) -> Exchange | None:
        """HEAD or GET by a link as the registry sends clients on with, without credentials; None where none is made."""
        link = self.signer.link(self.container, name)
        if link is None:
            return None
        return self.door.send(method, link, headers=(("x-ms-range", "bytes=0-0"),), deadline=self.deadline, cap=1 << 16)

    def delegation_key(self) -> Exchange:
        """Get User Delegation Key, as long as a link holds; the driver asks for one of two days."""
        now = datetime.now(UTC)
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - TOLERANCE, now + _KEY_HOLDS))
        body = f'<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>{start}</Start><Expiry>{end}</Expiry></KeyInfo>'
        url = f"{self.container.service}/?restype=service&comp=userdelegationkey"
        return self._send("POST", url, {"Content-Type": "application/xml"}, body.encode())

    def signing_with(self, answer: Exchange) -> BlobContainer:
        """The same container, its links signed with the key of an answer to `delegation_key`, where it gives one."""
        found = {name: html.unescape(value) for name, value in _FIELD.findall(answer.text())} if answer.ok else {}
        value = found.pop("Value", "")
        if not value or not isinstance(self.signer, Bearer):
            return self
        key = DelegationKey(found, Secret(value, "user delegation key", received=True))
        return dataclasses.replace(self, signer=dataclasses.replace(self.signer, key=key))

    def put(self, name: str, content: bytes) -> Exchange:
        """Put Blob, as a block blob: what exists is replaced."""
        return self._send("PUT", self._url(name), {"x-ms-blob-type": "BlockBlob"}, content)

    def put_append(self, name: str) -> Exchange:
        """Put Blob, as an append blob without content."""
        return self._send("PUT", self._url(name), {"x-ms-blob-type": "AppendBlob"})

    def append(self, name: str, content: bytes) -> Exchange:
        """Append Block."""
        return self._send("PUT", f"{self._url(name)}?comp=appendblock", {}, content)

    def copy(self, name: str, source: str) -> Exchange:
        """Copy Blob within the container, its source named as the driver does: by a link, or plainly."""
        link = self.signer.link(self.container, source) if self.container.moves_by_link else None
        link = link or self._url(source)
        return self._send("PUT", self._url(name), {"x-ms-copy-source": link})

    def delete(self, name: str) -> Exchange:
        """Delete Blob."""
        return self._send("DELETE", self._url(name))

    def _url(self, name: str) -> str:
        return f"{self.container.url}/{quote(name)}"

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Exchange:
        given = {"x-ms-version": VERSION, "x-ms-date": format_datetime(datetime.now(UTC), usegmt=True)}
        given |= headers or {}
        if method == "PUT":
            given["Content-Length"] = str(len(body))
            given["Content-Type"] = "application/octet-stream"
        asked = self.signer.authorise(method, url, given)
        return self.door.send(method, asked.url, headers=asked.headers, body=body, deadline=self.deadline, cap=1 << 20)


def names_in(exchange: Exchange) -> tuple[str, ...]:
    """The names of blobs in a listing."""
    return tuple(map(html.unescape, _NAME.findall(exchange.text()))) if exchange.status == 200 else ()


def registry_container(
    config: RegistryConfig, host: RegistrysHost, door: Http
) -> tuple[BlobContainer, AzureParameters]:
    """The registry's container with the registry's identity, and the parameters.

    Raises NotApplicableError for another storage than Azure, CouldNotGatherError where the address is no URL, and what
    `registry_signer` raises.
    """
    parameters = azure_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in Azure")
    container = parameters.container(host.product.generation if isinstance(host.product, Product) else None)
    if container is None:
        raise CouldNotGatherError("the configuration names no account or no container")
    try:
        urlsplit(container.url)
    except ValueError as error:
        raise CouldNotGatherError(f"the container's address {container.service!r} is no URL: {error}") from error
    return BlobContainer(door, container, registry_signer(parameters, container, host, door)), parameters
