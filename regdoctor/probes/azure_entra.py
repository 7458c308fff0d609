"""Asks Entra ID for a token by Microsoft's library azure-identity, whose requests go through the HTTP door."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from regdoctor.evidence.exchange import Exchange
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.redaction import Secret

SCOPE = "https://storage.azure.com/.default"
"""What the drivers' library asks for (azblob, TokenScope)."""
PUBLIC_AUTHORITY = "https://login.microsoftonline.com"
_METADATA = "169.254.169.254"
_DEADLINE = 4.0
"""Seconds for each request to Entra ID: its configuration, and the token."""
_NEAR = 2.0
"""Seconds for the metadata service, which is on the machine's own network or nowhere."""
_OF_AUTHORITY = ("AZURE_REGIONAL_AUTHORITY_NAME", "MSAL_FORCE_REGION")
_OF_MACHINE = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT")
"""What the library reads of regdoctor's own environment, whatever it is told; the rest is given to it by name."""
_CODE = re.compile(rb"AADSTS\d{4,9}")


class EntraRefusedError(Exception):
    """Entra ID knows the request and refuses it; the exchange is its answer."""

    def __init__(self, exchange: Exchange) -> None:
        """Keep the answer as evidence."""
        super().__init__(refusal_code(exchange))
        self.exchange = exchange


def refusal_code(exchange: Exchange) -> str:
    """Entra ID's own code of a refusal, `AADSTS7000215`; empty where it tells none."""
    found = _CODE.search(exchange.body[:8192])
    return found.group().decode() if found and 400 <= (exchange.status or 0) < 500 else ""


@dataclass(slots=True)
class DoorTransport:
    """The transport that azure-core sends by: the HTTP door, with its deadlines, caps and trust, and no retries."""

    door: Http
    last: Exchange | None = None

    def send(self, request: Any, **_: Any) -> DoorAnswer:
        """Send a request of the library. Raises azure-core's ServiceRequestError where no complete answer came."""
        from azure.core.exceptions import ServiceRequestError

        content = request.content or b""
        body = urlencode(content).encode() if isinstance(content, Mapping) else content
        near = urlsplit(request.url).hostname == _METADATA
        self.last = self.door.send(
            request.method,
            request.url,
            headers=[(name, value) for name, value in request.headers.items() if name.lower() != "content-length"],
            body=body if isinstance(body, bytes) else str(body).encode(),
            deadline=_NEAR if near else _DEADLINE,
            cap=1 << 17,
            address=_METADATA if near else None,  # directly: it is no proxy's to reach
        )
        if self.last.failure is not None or self.last.status is None:
            raise ServiceRequestError(self.last.failure.message if self.last.failure else "no answer")
        return DoorAnswer(request, self.last)

    def __enter__(self) -> DoorTransport:
        """Nothing is kept open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""


@dataclass(slots=True)
class DoorAnswer:
    """An exchange as azure-core reads answers."""

    request: Any
    exchange: Exchange
    headers: MutableMapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """azure-core asks for headers by names in any case."""
        from azure.core.utils import case_insensitive_dict

        self.headers = case_insensitive_dict(self.exchange.headers)

    @property
    def status_code(self) -> int:
        """The status; 0 for none, which is never given out."""
        return self.exchange.status or 0

    @property
    def reason(self) -> str:
        """The status again: the door keeps no phrase."""
        return str(self.exchange.status)

    @property
    def content_type(self) -> str:
        """As JSON, whatever it says it is: all that answers here is, and HTML must not be taken for XML."""
        return "application/json"

    def body(self) -> bytes:
        """The body."""
        return self.exchange.body

    def text(self, encoding: str | None = None) -> str:
        """The body as text; the encoding is always UTF-8."""
        assert encoding in (None, "utf-8", "utf-8-sig")  # noqa: S101 - azure-identity asks for no other
        return self.exchange.text()


def client_secret(tenant: str, client: str, secret: Secret, authority: str, door: Http) -> Secret:
    """A token of a service principal with its secret. Raises as `_token` does."""

    def make(identity: Any, options: Mapping[str, Any]) -> Any:
        return identity.ClientSecretCredential(tenant, client, secret.reveal(), **_authority(authority), **options)

    return _token(make, door, _OF_AUTHORITY)


def client_assertion(tenant: str, client: str, assertion: Secret, authority: str, door: Http) -> Secret:
    """A token of a workload identity, by the token that Kubernetes gives its pod. Raises as `_token` does."""

    def make(identity: Any, options: Mapping[str, Any]) -> Any:
        return identity.ClientAssertionCredential(tenant, client, assertion.reveal, **_authority(authority), **options)

    return _token(make, door, _OF_AUTHORITY)


def managed_identity(client: str, door: Http) -> Secret:
    """A token of this machine's identity, by its metadata service; `client`: which of several, empty for its own.

    Raises as `_token` does.
    """

    def make(identity: Any, options: Mapping[str, Any]) -> Any:
        return identity.ManagedIdentityCredential(client_id=client or None, **options)

    return _token(make, door, _OF_MACHINE)


def _authority(url: str) -> dict[str, Any]:
    """The authority's options; without asking the public cloud whether it is one."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise CouldNotGatherError(f"AZURE_AUTHORITY_HOST is {url!r}: a secret goes to Entra ID by https alone")
    return {"authority": url, "disable_instance_discovery": True}


def _token(make: Callable[[Any, Mapping[str, Any]], Any], door: Http, ours: tuple[str, ...]) -> Secret:
    """The token of the credentials that are made; `ours`: variables that must not be set for regdoctor itself.

    Raises EntraRefusedError for a refusal, CouldNotGatherError without the library or an answer.
    """
    own = next((name for name in ours if os.environ.get(name)), None)
    if own is not None:
        raise CouldNotGatherError(
            f"{own} in regdoctor's own environment would change which identity it takes: unset {own}"
        )
    try:
        import azure.identity
        import azure.storage.blob
        from azure.core.exceptions import AzureError
    except ImportError as error:
        raise CouldNotGatherError(
            "identities of Entra ID need Microsoft's libraries: pip install regdoctor[azure]"
        ) from error
    transport = DoorTransport(door)
    try:
        credential = make(azure.identity, {"transport": transport, "retry_total": 0})
        given = credential.get_token(SCOPE).token
    except (AzureError, ValueError) as error:
        said = transport.last
        if said is not None and refusal_code(said):
            raise EntraRefusedError(said) from error
        reason = said.quote().quote if said is not None else str(error).partition("\n")[0]
        raise CouldNotGatherError(f"the registry's identity got no token: {reason}") from error
    return Secret(str(given), "access token", received=True)
