"""S3-24: the Azure container that the registry is to store in does not exist."""

from __future__ import annotations

import shlex

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.azure_access import AzureAccess
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.azure_parameters import azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies.object_store import in_the_store
from regdoctor.sign import sign


@check(
    title="The registry's Azure container exists",
    severity=Severity.CRITICAL,
    failure_modes=("S3-24",),
    symptoms=("ContainerNotFound", "The specified container does not exist"),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes",
)
def azure_container_missing(access: AzureAccess, config: RegistryConfig) -> Outcome:
    """Distribution 3 and GitLab's registry never make their container; distribution 2.8 makes it when it starts.

    The store answers ContainerNotFound to the listing that is the registry's health check, so every URL answers 503.
    The container was never made, was deleted while the registry ran, is misspelt, or lies in another account.

    Correct the container's name or the account in the storage settings, or make the container.
    """
    missing = access.refused_with("ContainerNotFound")
    if missing is None:
        return Unknown(access.unusable) if access.unusable else Pass(f"{short(access.container.container)} was listed")
    name = short(access.container.container)
    parameters = azure_parameters(config)
    named = parameters.value("container") if parameters is not None else None
    command = ("az", "storage", "container", "create", "--name", name, "--account-name", access.container.account)
    return Fail(
        f"There is no container {name!r} at {short(access.container.service)}: the registry can store nothing",
        evidence=(*((named.quote(),) if named is not None else ()), missing.quote()),
        resource=name,
        remedy=in_the_store(
            "Correct the container's name or the account and restart the registry, or make the container:",
            shlex.join(command),
        ),
    )


@sign(azure_container_missing, parts=(Part.STORE,), statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.AZURE) if call.status == 404 else None
    if link is None or code_of(call) != "ContainerNotFound":
        return None
    return Fail(
        f"There is no container {bucket_of(link)!r} where the registry sends clients: it can store nothing",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=in_the_store(
            "Correct the container's name or the account in the storage settings and restart the registry, or make "
            "the container."
        ),
    )
