"""What the registry's own identity may do in its Azure container: each call, with the store's answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.azure_parameters import AzureContainer, AzureIdentity

PERMISSION_CODES = (
    "AuthorizationPermissionMismatch",
    "InsufficientAccountPermissions",
    "AuthorizationResourceTypeMismatch",
    "AuthorizationServiceMismatch",
)
"""The identity is known, and lacks the permission (Blob service REST API, "Common REST API error codes")."""
NETWORK_CODES = ("AuthorizationFailure", "AuthorizationSourceIPMismatch", "PublicAccessNotPermitted")
"""The account's network rules refuse the place that is asked from."""
KEY_CODES = ("AuthenticationFailed", "InvalidAuthenticationInfo", "KeyBasedAuthenticationNotPermitted")
"""The identity itself is refused."""
_BY_LINK = (AzureOperation.SIGNED_HEAD, AzureOperation.SIGNED_GET)
_ENTRA = re.compile(rb"AADSTS\d{4,9}")
_THERE_IS_NONE = ("BlobNotFound", "ResourceNotFound")
_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,80})</Code>")


@dataclass(frozen=True, slots=True)
class AzureCall:
    """One call with its answer."""

    operation: AzureOperation
    area: Area
    key: str
    """The blob, or the prefix of a listing."""
    exchange: Exchange

    @property
    def code(self) -> str:
        """The store's error code, which it tells in a header, also to HEAD; empty for none."""
        if (self.exchange.status or 0) < 300:
            return ""
        named = self.exchange.header("x-ms-error-code") or ""
        found = _CODE.search(self.exchange.body[:4096])
        told = named or (found.group(1).decode() if found else "")
        return told if re.fullmatch(r"[A-Za-z0-9]{1,80}", told) else ""

    @property
    def allowed(self) -> bool:
        """Whether the store let it through: it did it, or said that there is no such blob."""
        if self.exchange.failure is not None:
            return False
        if self.operation is AzureOperation.LIST:
            return self.exchange.status == 200 and b"<EnumerationResults" in self.exchange.body[:1024]
        return self.exchange.ok or (self.exchange.status == 404 and self.code in _THERE_IS_NONE)

    @property
    def forbidden(self) -> bool:
        """Whether the store says that the permission for this call is missing.

        A copy is left out: it takes the permissions of reading and of Put Blob, and its refusal does not say which.
        """
        refused = self.exchange.status == 403 and self.code in PERMISSION_CODES
        return refused and self.operation is not AzureOperation.COPY

    def quote(self) -> Quote:
        """The call as evidence, with the store's code."""
        said = f" {self.code}" if self.code else ""
        quote = self.exchange.quote()
        return Quote(quote.source, f"{quote.quote}{said}")


@dataclass(frozen=True, slots=True)
class AzureAccess:
    """The calls that read, with the identity of the registry's configuration."""

    container: AzureContainer
    named_by: Quote
    """The setting that names the identity."""
    calls: tuple[AzureCall, ...]
    """The first lists the container's root; none where Entra ID refused the token."""
    inside: bool | None = None
    """Whether anything is where the registry looks; None: not told."""
    other_root: AzureCall | None = None
    """The listing of the same folder with the slash of old drivers, or without it; None where it was not asked."""
    identity: AzureIdentity = AzureIdentity.SHARED_KEY
    refused_token: Exchange | None = None
    """Entra ID's answer, where it refused the registry's identity a token."""

    @property
    def elsewhere(self) -> bool:
        """Whether there are images under the other form of the root alone."""
        other = self.other_root
        return self.inside is False and other is not None and other.allowed and b"<Name>" in other.exchange.body

    def call(self, operation: AzureOperation, area: Area) -> AzureCall | None:
        """The call of an operation in an area; None where it was not tried."""
        return next((call for call in self.calls if (call.operation, call.area) == (operation, area)), None)

    def refused_with(self, *codes: str) -> AzureCall | None:
        """The first listing, where the store answers it with one of these codes; None for another answer.

        It alone speaks for the identity and the container: a link may be refused for a clock that is seconds ahead.
        """
        return next((call for call in self.calls[:1] if call.code in codes), None)

    @property
    def links(self) -> tuple[AzureCall, ...]:
        """The calls by a link, as clients make them."""
        return tuple(call for call in self.calls if call.operation in _BY_LINK)

    @property
    def entra_code(self) -> str:
        """Entra ID's code for the refusal of a token, as `AADSTS7000215`; empty for none."""
        said = self.refused_token
        found = _ENTRA.search(said.body[:8192]) if said is not None else None
        return found.group().decode() if found else ""

    @property
    def unusable(self) -> str:
        """Why the answers say nothing of permissions; empty where they do."""
        if not self.calls:
            return f"Entra ID gives the registry's identity no token: {self.entra_code}"
        first = self.calls[0]
        if first.exchange.failure is not None:
            return f"the object store could not be asked: {first.exchange.failure.message}"
        if first.allowed or first.forbidden:
            return ""
        if first.code:
            return f"the object store answers {first.exchange.status} {first.code}"
        return f"what answers as the object store is not understood: {first.quote().quote}"


@dataclass(frozen=True, slots=True)
class AzureWrites:
    """The calls of one trial below a folder of its own; what could not be tried for an earlier refusal is left out."""

    container: AzureContainer
    calls: tuple[AzureCall, ...]
    leftover: str = ""
    """What is left and why, in half a sentence; empty for nothing."""

    def call(self, operation: AzureOperation) -> AzureCall | None:
        """The call of an operation; None where it was not tried."""
        return next((call for call in self.calls if call.operation is operation), None)
