"""Takes on the identity with which the registry asks its Azure container: its account key, or a token of Entra ID."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.check import Dialect
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.azure_parameters import PUBLIC_REALM, AzureContainer, AzureIdentity, AzureParameters
from regdoctor.formats.located import UnreadableError
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.azure_entra import PUBLIC_AUTHORITY, client_assertion, client_secret, managed_identity
from regdoctor.probes.azure_signers import Bearer, SharedKey
from regdoctor.probes.host_tree import read_below
from regdoctor.probes.registry_variables import registry_variables
from regdoctor.redaction import Secret

_CONTAINERS = (Dialect.COMPOSE, Dialect.HELM)
"""Where the registry's environment is the container's, not the host's."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ELSEWHERE = ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME", "AZURE_TOKEN_CREDENTIALS", "IDENTITY_ENDPOINT")
"""What leads the registry's library to a way that is not gone here."""
_NAMES = (
    "AZURE_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "MSI_ENDPOINT",
    *_ELSEWHERE,
)


@dataclass(frozen=True, slots=True)
class RegistrysHost:
    """Where the registry runs, and what gives it its environment."""

    installation: Installation
    service: ServiceEnvironment | Absent
    product: Product | Absent

    def variables(self) -> dict[str, str]:
        """The variables by which Azure's library finds credentials. Raises what `registry_variables` raises."""
        if self.installation.dialect in _CONTAINERS or self.installation.root is None:
            return {}
        found = registry_variables(self.installation, self.service, _NAMES)
        return {name: value for name, (value, _) in found.items() if value}

    @property
    def environment_is_known(self) -> bool:
        """Whether what is not among the variables is not there."""
        here = self.installation
        known = here.process is not None or here.env_directory is not None or not isinstance(self.service, Absent)
        return known and here.dialect not in _CONTAINERS and here.root is not None


def registry_signer(
    parameters: AzureParameters, container: AzureContainer, host: RegistrysHost, door: Http
) -> SharedKey | Bearer:
    """What signs as the registry does.

    Raises CouldNotGatherError where its identity cannot be known or taken on, EntraRefusedError where Entra ID refuses
    it.
    """
    generation = host.product.generation if isinstance(host.product, Product) else None
    # distribution 2's driver knows the account's key alone, whatever else is written.
    kind = AzureIdentity.SHARED_KEY if generation is Generation.DISTRIBUTION_2 else parameters.identity
    if kind is AzureIdentity.SHARED_KEY:
        return _shared_key(parameters, container)
    if kind is None:
        raise CouldNotGatherError("the configuration names a kind of credentials that no driver knows")
    if not may_take_token(container.service, parameters.text("realm") or PUBLIC_REALM):
        raise CouldNotGatherError(
            f"{container.service} is no address of Azure's blob service by https, so no token is sent there"
        )
    if kind is AzureIdentity.CLIENT_SECRET:
        return Bearer(container.account, _of_principal(parameters, host, door))
    return Bearer(container.account, _of_surroundings(host, door))


def may_take_token(service: str, realm: str) -> bool:
    """Whether a token for the storage may go to an address: Azure's blob service, or loopback where that is named."""
    parts = urlsplit(service)
    name = parts.hostname or ""
    if name in _LOOPBACK:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and name.endswith((f".blob.{realm.lower()}", ".blob.storage.azure.net"))


def _shared_key(parameters: AzureParameters, container: AzureContainer) -> SharedKey:
    key = parameters.written("accountkey")
    if not key or not container.account:
        raise CouldNotGatherError("the registry's configuration has no accountname and accountkey")
    try:
        base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CouldNotGatherError("accountkey is no base64, so nothing can be signed with it") from error
    return SharedKey(container.account, Secret(key, "accountkey"))


def _of_principal(parameters: AzureParameters, host: RegistrysHost, door: Http) -> Secret:
    principal = parameters.principal()
    if principal is None:
        raise CouldNotGatherError("client_secret needs the tenant's and the client's ID and the secret: one is missing")
    authority = host.variables().get("AZURE_AUTHORITY_HOST", PUBLIC_AUTHORITY)
    return client_secret(principal.tenant, principal.client, principal.secret, authority, door)


def _of_surroundings(host: RegistrysHost, door: Http) -> Secret:
    """As azidentity's DefaultAzureCredential looks: environment, workload identity, managed identity."""
    product = host.product
    if isinstance(product, Product) and product.must_be(Generation.DISTRIBUTION_3):
        if product.at_least(3, 0, 1) is False:
            raise CouldNotGatherError(
                "distribution 3.0.0 takes the account key where default_credentials is set "
                "(distribution/distribution#4618), so the host's identity says nothing"
            )
    if not host.environment_is_known:
        raise CouldNotGatherError(
            "default_credentials come from the environment of the registry's process, which is not seen from here"
        )
    found = host.variables()
    other = next((name for name in (*_ELSEWHERE, "MSI_ENDPOINT") if name in found), None)
    if other is not None:
        raise CouldNotGatherError(f"the registry's credentials come by way of {other}, which regdoctor does not go")
    authority = found.get("AZURE_AUTHORITY_HOST", PUBLIC_AUTHORITY)
    tenant, client = found.get("AZURE_TENANT_ID", ""), found.get("AZURE_CLIENT_ID", "")
    if tenant and client and "AZURE_CLIENT_SECRET" in found:
        secret = Secret(found["AZURE_CLIENT_SECRET"], "client secret")
        return client_secret(tenant, client, secret, authority, door)
    if tenant and client and "AZURE_FEDERATED_TOKEN_FILE" in found:
        assertion = _assertion(host.installation, found["AZURE_FEDERATED_TOKEN_FILE"])
        return client_assertion(tenant, client, assertion, authority, door)
    return managed_identity(client, door)


def _assertion(installation: Installation, named: str) -> Secret:
    path = installation.locate(named) if "\0" not in named else None
    if installation.root is None or path is None:
        raise CouldNotGatherError(f"AZURE_FEDERATED_TOKEN_FILE names {named}, which cannot be followed from here")
    try:
        written = read_below(installation.root, path, 1 << 16)
    except UnreadableError as error:
        raise CouldNotGatherError(f"AZURE_FEDERATED_TOKEN_FILE is not read: {error}") from error
    return Secret(written.decode(errors="replace").strip(), "token")
