"""What makes a request one of an Azure identity's: the signature of an account key, or a token of Entra ID.

The account key signs here by hand, so that it needs no library: Microsoft's own signer of requests is not public. The
tests hold it against azure-storage-blob's. Sources: Blob service REST API, "Authorize with Shared Key", "Create a
service SAS" and "Create a user delegation SAS".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from regdoctor.formats.azure_parameters import AzureContainer
from regdoctor.redaction import Secret

VERSION = "2021-08-06"
"""Of the API: the first that signs with an encryption scope is 2020-12-06, and Azurite knows this one."""
TOLERANCE = timedelta(seconds=10)
"""How long ago links begin, and keys that sign them."""
_EXPIRES = timedelta(minutes=20)
"""Of the links that the drivers sign (URLFor of 2.8's azure.go, signBlobURL since)."""
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
        return _with_authorization(url, headers, f"SharedKey {self.account}:{self._sign(text)}")

    def link(self, container: AzureContainer, name: str) -> str:
        """A service SAS that reads one blob for 20 minutes."""
        start, end = _times(container)
        protocol = _protocol(container)
        resource = f"/blob/{self.account}/{container.container}/{name}"
        signature = self._sign(
            "\n".join(("r", start, end, resource, "", "", protocol, VERSION, "b", "", "", "", "", "", "", ""))
        )
        Secret(signature, "signature")  # remembered: it is wiped wherever the link is shown
        words = {"sv": VERSION, "spr": protocol, "st": start, "se": end, "sr": "b", "sp": "r", "sig": signature}
        return f"{container.url}/{quote(name)}?{urlencode({key: value for key, value in words.items() if value})}"

    def _sign(self, text: str) -> str:
        digest = hmac.new(base64.b64decode(self.key.reveal()), text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class DelegationKey:
    """The key that Azure gives an identity of Entra ID to sign links with (Get User Delegation Key)."""

    fields: Mapping[str, str]
    """By the names of the answer's elements: SignedOid, SignedTid, SignedStart, SignedExpiry and so on."""
    value: Secret


@dataclass(frozen=True, slots=True)
class Bearer:
    """An identity of Entra ID, with a token for the storage."""

    account: str
    token: Secret
    key: DelegationKey | None = None
    """None until it was asked for; no links without it."""

    def authorise(self, method: str, url: str, headers: Mapping[str, str]) -> Authorised:
        """The request with the token, whatever its method."""
        assert method  # noqa: S101 - the protocol's: a token is the same for each
        return _with_authorization(url, headers, f"Bearer {self.token.reveal()}")

    def link(self, container: AzureContainer, name: str) -> str | None:
        """A user delegation SAS that reads one blob for 20 minutes, as azure-storage-blob signs it."""
        if self.key is None:
            return None
        from azure.storage.blob import UserDelegationKey, generate_blob_sas

        key = UserDelegationKey()  # type: ignore[no-untyped-call]
        for field, value in self.key.fields.items():
            setattr(key, re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower(), value)
        key.value = self.key.value.reveal()
        start, end = _times(container)
        signed = generate_blob_sas(
            self.account,
            container.container,
            name,
            user_delegation_key=key,
            permission="r",
            expiry=end,
            start=start or None,
            protocol=_protocol(container) or None,
        )
        Secret(dict(parse_qsl(signed))["sig"], "signature")  # remembered, as above
        return f"{container.url}/{quote(name)}?{signed}"


def _times(container: AzureContainer) -> tuple[str, str]:
    now = datetime.now(UTC)
    start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now - TOLERANCE, now + _EXPIRES))
    return (start if container.links_begin else ""), end


def _protocol(container: AzureContainer) -> str:
    """Newer drivers allow https alone, and a store without TLS would refuse the link for that; 2.8's says nothing."""
    if not container.links_begin:
        return ""
    return "https" if container.service.lower().startswith("https:") else "https,http"


def _with_authorization(url: str, headers: Mapping[str, str], value: str) -> Authorised:
    # The length is the sender's to say, and is the same.
    kept = tuple((name, given) for name, given in headers.items() if name != "Content-Length")
    return Authorised(url, (*kept, ("Authorization", value)))
