"""Requests to the registry's Azure container, signed as its account key signs, through the HTTP door.

Sources: Blob service REST API, "Authorize with Shared Key" and "Create a service SAS".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.azure_parameters import AzureContainer, AzureIdentity, AzureParameters, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.redaction import Secret

_VERSION = "2021-08-06"
"""Of the API: the first that signs with an encryption scope is 2020-12-06, and Azurite knows this one."""
_EXPIRES, _TOLERANCE = timedelta(minutes=20), timedelta(seconds=10)
"""Of the links that the drivers sign (signBlobURL in azure.go and auth.go)."""
_SIGNED = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_NAME = re.compile(r"<Name>([^<]{1,1024})</Name>")


class Authorised(NamedTuple):
    """A request as it may be sent."""

    url: str
    headers: tuple[tuple[str, str], ...]


class Signer(Protocol):
    """What makes a request one of an identity's."""

    def authorise(self, method: str, url: str, headers: Mapping[str, str]) -> Authorised:
        """The request with what proves who asks."""
        ...

    def link(self, container: AzureContainer, name: str) -> str | None:
        """A link to a blob for somebody without credentials, as the driver makes it; None where it cannot be made."""
        ...


@dataclass(frozen=True, slots=True)
class SharedKey:
    """An account with its key."""

    account: str
    key: Secret
    """As base64, as Azure gives it out."""

    def authorise(self, method: str, url: str, headers: Mapping[str, str]) -> Authorised:
        """The request with the header Authorization of the scheme SharedKey."""
        lower = {name.lower(): value for name, value in headers.items()}
        if lower.get("content-length") == "0":
            lower["content-length"] = ""
        own = sorted((name, value) for name, value in lower.items() if name.startswith("x-ms-"))
        parts = urlsplit(url)
        query = sorted((name.lower(), value) for name, value in parse_qsl(parts.query, keep_blank_values=True))
        text = "\n".join((method, *(lower.get(name, "") for name in _SIGNED)))
        text += "\n" + "".join(f"{name}:{value}\n" for name, value in own)
        text += f"/{self.account}{parts.path}" + "".join(f"\n{name}:{value}" for name, value in query)
        signed = (*headers.items(), ("Authorization", f"SharedKey {self.account}:{self._sign(text)}"))
        # The length is the sender's to say, and is the same.
        return Authorised(url, tuple(one for one in signed if one[0] != "Content-Length"))

    def link(self, container: AzureContainer, name: str) -> str:
        """A service SAS that reads one blob for 20 minutes."""
        now = datetime.now(UTC)
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - _TOLERANCE, now + _EXPIRES))
        # Drivers allow https alone; a store without TLS would refuse the link for that.
        protocol = "https" if container.service.lower().startswith("https:") else "https,http"
        resource = f"/blob/{self.account}/{container.container}/{name}"
        signature = self._sign(
            "\n".join(("r", start, end, resource, "", "", protocol, _VERSION, "b", "", "", "", "", "", "", ""))
        )
        Secret(signature, "signature")  # remembered: it is wiped wherever the link is shown
        words = {"sv": _VERSION, "spr": protocol, "st": start, "se": end, "sr": "b", "sp": "r", "sig": signature}
        return f"{container.url}/{quote(name)}?{urlencode(words)}"

    def _sign(self, text: str) -> str:
        digest = hmac.new(base64.b64decode(self.key.reveal()), text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()


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
        """Copy Blob within the container; the identity itself reads the source, as of the same account."""
        link = self.signer.link(self.container, source) or self._url(source)
        return self._send("PUT", self._url(name), {"x-ms-copy-source": link})

    def delete(self, name: str) -> Exchange:
        """Delete Blob."""
        return self._send("DELETE", self._url(name))

    def _url(self, name: str) -> str:
        return f"{self.container.url}/{quote(name)}"

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Exchange:
        given = {"x-ms-version": _VERSION, "x-ms-date": format_datetime(datetime.now(UTC), usegmt=True)}
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
    config: RegistryConfig, generation: Generation | None, door: Http
) -> tuple[BlobContainer, AzureParameters]:
    """The registry's container with the registry's identity, and the parameters.

    Raises NotApplicableError for another storage than Azure, CouldNotGatherError where the identity is not in the
    configuration or cannot be one, or the address is no URL.
    """
    parameters = azure_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in Azure")
    container = parameters.container(generation)
    if container is None:
        raise CouldNotGatherError("the configuration names no account or no container")
    try:
        urlsplit(container.url)
    except ValueError as error:
        raise CouldNotGatherError(f"the container's address {container.service!r} is no URL: {error}") from error
    if parameters.identity is not AzureIdentity.SHARED_KEY:
        raise CouldNotGatherError(
            "the registry authenticates by Entra ID (a service principal or its host's identity), which regdoctor does "
            "not take on: the container was not asked"
        )
    key = parameters.written("accountkey")
    if not key or not container.account:
        raise CouldNotGatherError("the registry's configuration has no accountname and accountkey")
    try:
        base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CouldNotGatherError("accountkey is no base64, so nothing can be signed with it") from error
    return BlobContainer(door, container, SharedKey(container.account, Secret(key, "accountkey"))), parameters
