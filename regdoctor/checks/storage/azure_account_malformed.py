"""S3-24, S3-09: what stands for the Azure account, its container, its realm or its key cannot be any."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.formats.azure_parameters import AzureIdentity, AzureParameters, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import RECONFIGURE

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
"""Storage account names ("Storage account overview", section on names)."""
_CONTAINER = re.compile(r"(?=.{3,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*|\$root")
"""Container names ("Naming and referencing containers, blobs, and metadata")."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?")
_BYTES = 64
"""What an account key of Azure decodes to."""


@check(
    title="Azure account, container, realm and key are well-formed",
    severity=Severity.CRITICAL,
    failure_modes=("S3-24", "S3-09"),
    symptoms=("illegal base64 data at input byte", "azure: account name is not valid", "InvalidResourceName"),
    explains=("registry_unhealthy",),
    reference="https://distribution.github.io/distribution/storage-drivers/azure/",
)
def azure_account_malformed(config: RegistryConfig) -> Iterator[Outcome]:
    """The driver makes its address of accountname and realm: https://ACCOUNT.blob.REALM/CONTAINER.

    An account's name has 3 to 24 lowercase letters and digits; the whole host name or a URL does not belong there. The
    realm is `core.windows.net` without `blob` before it, `core.chinacloudapi.cn` in China, `core.usgovcloudapi.net` for
    the government of the United States. A container's name has 3 to 63 lowercase letters, digits and single hyphens.
    The key is base64, 88 characters that mostly end in `==`; a key that lost its end, or was encoded twice, does not
    decode, and the registry does not start.

    Write each as Azure shows it, with nothing around it. This page and the report show no keys, only what is wrong.
    """
    azure = azure_parameters(config)
    if azure is None:
        yield Skip("no storage in Azure is configured here")
        return
    found: list[Outcome] = [*_names(azure), *_key(azure)]
    yield from found or [Pass("all of them are well-formed")]


def _names(azure: AzureParameters) -> Iterator[Fail]:
    account, container, realm = (azure.text(name) for name in ("accountname", "container", "realm"))
    own = bool(azure.text("serviceurl"))
    if account and not own and not _ACCOUNT.fullmatch(account):
        yield _fail(azure, "accountname", f"{account!r} is no account's name: 3 to 24 lowercase letters and digits")
    if container and not _CONTAINER.fullmatch(container):
        yield _fail(azure, "container", f"{container!r} is no container's name: lowercase letters, digits, hyphens")
    if realm and not own:
        if not _HOST.fullmatch(realm):
            yield _fail(azure, "realm", f"{realm!r} is no domain")
        elif realm.lower().startswith("blob."):
            yield _fail(azure, "realm", f"{realm!r} begins with `blob`, which the driver puts before it itself")


def _key(azure: AzureParameters) -> Iterator[Fail]:
    if azure.identity is not AzureIdentity.SHARED_KEY:
        return
    key = azure.written("accountkey")
    if not key:
        return  # a missing one is the registry's own message at its start, and may stand in a file not seen here
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        yield _fail(azure, "accountkey", f"accountkey ({len(key)} characters) is no base64", ("S3-09",))
        return
    if size != _BYTES and not azure.text("serviceurl"):
        problem = f"accountkey decodes to {size} bytes, and the keys of Azure to {_BYTES}: it is cut, or no account key"
        yield _fail(azure, "accountkey", problem, ("S3-09",))


def _fail(azure: AzureParameters, name: str, problem: str, modes: tuple[str, ...] = ("S3-24",)) -> Fail:
    value = azure.value(name)
    return Fail(
        problem if problem.startswith(name) else f"{name} {problem}",
        evidence=(value.quote(),) if value is not None else (),
        resource=azure.setting(name),
        remedy=_remedy(azure, name),
        failure_modes=modes,
    )


def _remedy(azure: AzureParameters, name: str) -> Remedies:
    why = f"Write {name} as Azure's portal shows it (Access keys, Containers, Endpoints of the storage account)."
    return {
        Dialect.PLAIN: Remedy(f"{why} It is {azure.setting(name)} in config.yml; restart the registry then."),
        Dialect.OMNIBUS: Remedy(
            f"{why} It stands in registry['storage']['{azure.driver}'] in /etc/gitlab/gitlab.rb.",
            ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE),
        ),
        Dialect.HELM: Remedy(f"{why} It stands in the secret that registry.storage.secret names; restart the pods."),
        Dialect.COMPOSE: Remedy(
            f"{why} It stands in the environment of the registry's service or in the mounted config.yml.",
            ("docker compose up -d",),
        ),
    }
