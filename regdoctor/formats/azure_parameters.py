"""Where the registry's Azure driver reaches its container, from its parameters.

Sources: registry/storage/driver/azure of distribution 2.8 (azure.go) and 3.x (parser.go, azure.go, auth.go), and
registry/storage/driver/azure/v2/parser.go of GitLab's registry.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret

AZURE_DRIVERS = ("azure", "azure_v2")
"""The names of the driver: `azure_v2` is GitLab's, for the newer library of Microsoft."""
PUBLIC_REALM = "core.windows.net"
KEY = "docker/registry/v2/"


class AzureIdentity(enum.StrEnum):
    """How the driver authenticates, by the name that the settings use."""

    SHARED_KEY = "shared_key"
    CLIENT_SECRET = "client_secret"  # noqa: S105 a kind of credentials, not one
    DEFAULT = "default_credentials"


@dataclass(frozen=True, slots=True)
class AzureContainer:
    """The address of a container."""

    service: str
    """Scheme, host, port and path of the service, without the container and without a slash at its end."""
    account: str
    container: str
    root: str
    """What `rootdirectory` makes: empty, or a folder that ends in a slash and begins with none."""
    legacy: bool | None
    """Whether the names of blobs begin with a slash; None where the registry's version decides and is not known."""
    links_begin: bool = False
    """Whether the links that the driver signs say when they begin, 10 seconds back, and that they are for https.

    Those of distribution 3 and of GitLab's azure_v2 do (auth.go); those of 2.8, and of GitLab's driver before it, say
    when they end alone (URLFor in azure.go).
    """
    moves_by_link: bool = False
    """Whether the driver names the source of a copy by such a link: that of distribution 3 alone (Move in azure.go)."""

    @property
    def url(self) -> str:
        """The container's own address."""
        return f"{self.service}/{self.container}"

    def prefix(self, *, legacy: bool) -> str:
        """What stands before `docker/registry/v2/` in the names of blobs, with the slash of old drivers or without."""
        return f"{'/' if legacy else ''}{self.root}"

    @property
    def own_prefix(self) -> str:
        """The same as this registry has it; without the slash where that is not known."""
        return self.prefix(legacy=bool(self.legacy))


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application of Entra ID."""

    tenant: str
    client: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class AzureParameters:
    """The parameters of the Azure driver as the configuration has them."""

    driver: str
    """The name that the driver is configured by."""
    section: Located

    def value(self, name: str) -> Located | None:
        """A parameter; None where it is not there, null or empty."""
        found = self.section.at(name)
        return found if found is not None and self.written(name) else None

    def text(self, name: str) -> str:
        """A parameter as text; a secret gives its placeholder; empty where it is not set."""
        found = self.section.at(name)
        return (found.text() or "") if found is not None else ""

    def written(self, name: str) -> str:
        """A parameter as it is written, secrets too: to be looked at, never to be shown."""
        return _written(self.section.at(name))

    def flag(self, name: str) -> bool | None:
        """A switch; None where it is not set or is no switch."""
        return {"true": True, "false": False}.get(self.text(name).lower())

    def setting(self, name: str) -> str:
        """The parameter's dotted path in config.yml."""
        return f"storage.{self.driver}.{name}"

    @property
    def identity(self) -> AzureIdentity | None:
        """How the driver authenticates; None for a kind that no driver knows.

        GitLab's driver names it credentialstype or credentials_type, distribution 3 credentials.type; no name is the
        account's key.
        """
        kind = self.section.at("credentials", "type")
        named = (
            (kind.text() if kind is not None else "") or self.text("credentialstype") or self.text("credentials_type")
        )
        return next((one for one in AzureIdentity if one == named), None) if named else AzureIdentity.SHARED_KEY

    def principal(self) -> ServicePrincipal | None:
        """The service principal of client_secret; None where a part of it is missing.

        distribution 3 keeps it in `credentials`; GitLab's driver beside it, with an underscore in the names or without.
        """

        def first(*names: str) -> str:
            places = [self.section.at("credentials", name.replace("_", "")) for name in names]
            places += [self.section.at(name) for name in names]
            return next(filter(None, map(_written, places)), "")

        tenant, client = first("tenant_id", "tenantid"), first("client_id", "clientid")
        secret = first("secret")
        return ServicePrincipal(tenant, client, Secret(secret, "secret")) if tenant and client and secret else None

    @property
    def named_by(self) -> Located:
        """The setting that says as whom the registry asks."""
        places = (
            *((self.section.at("accountkey"),) if self.identity is AzureIdentity.SHARED_KEY else ()),
            self.section.at("credentials", "type"),
            self.section.at("credentialstype"),
            self.section.at("credentials_type"),
        )
        return next((place for place in places if place is not None), self.section)

    def container(self, generation: Generation | None) -> AzureContainer | None:
        """Where the registry keeps its blobs; None where account or container are not named."""
        account, name, service = self.text("accountname"), self.text("container"), self.text("serviceurl")
        if not name or not (account or service):
            return None
        realm = self.text("realm") or PUBLIC_REALM
        known = generation is not Generation.DISTRIBUTION_2
        root = self.text("rootdirectory").strip("/") if known else ""
        url = service if service and known else f"https://{account}.blob.{realm}"
        newest = generation is Generation.DISTRIBUTION_3
        return AzureContainer(
            url.rstrip("/"),
            account,
            name,
            f"{root}/" if root else "",
            legacy_root(self, generation),
            links_begin=newest or self.driver == "azure_v2",
            moves_by_link=newest,
        )


def _written(found: Located | None) -> str:
    if found is None:
        return ""
    shown = found.text() or ""
    return found.value.reveal() if isinstance(found.value, Secret) else shown


def legacy_root(parameters: AzureParameters, generation: Generation | None) -> bool | None:
    """Whether the registry's blobs are named with a slash before them, `//docker` in Azure's words.

    distribution 2.8 always names them so, distribution 3 never does; GitLab's registry did until GitLab 16, and since
    then where trimlegacyrootprefix is false or legacyrootprefix true. None: the version decides and is not known.
    """
    trim, keep = parameters.flag("trimlegacyrootprefix"), parameters.flag("legacyrootprefix")
    if generation is Generation.DISTRIBUTION_2:
        return True
    if generation is Generation.DISTRIBUTION_3:
        return False
    if trim is not None or keep is not None:
        return keep if keep is not None else not trim
    return False if generation is Generation.GITLAB else None


def azure_parameters(config: RegistryConfig) -> AzureParameters | None:
    """The parameters of the configured Azure driver; None for another driver.

    Raises UndecidedError where the whole storage is computed at run time.
    """
    storage = config.at("storage")
    if storage is not None:
        storage.decided()
    driver = config.storage_driver()
    if driver is None or driver[0] not in AZURE_DRIVERS:
        return None
    return AzureParameters(*driver)
