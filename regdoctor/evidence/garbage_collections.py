"""The garbage collections that a host's files start: by cron, or as a service of a Compose project."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from regdoctor.check import Quote
from regdoctor.evidence.cron_jobs import CronJobs
from regdoctor.evidence.product import Product, from_image
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.crontab import GarbageCollection, collection_in, shown_command
from regdoctor.formats.image_defaults import CONFIG_PATHS
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import redact


@dataclass(frozen=True, slots=True)
class StartedCollection:
    """One collection, whatever starts it."""

    command: str
    """With secrets wiped."""
    said_by: Quote
    collection: GarbageCollection
    """`in_container` where the files that its container has are not known."""
    config_there: bool | None = None
    """Whether the configuration file that it names exists; None where it names none, or that is not known."""
    by_cron: bool = True
    """Whether it runs at its hours, whatever the registry does then; a service is started by somebody."""
    product: Product | None = None
    """The registry that collects, where that is said here and not by the rest of the host."""


def by_cron(jobs: CronJobs) -> Iterator[StartedCollection]:
    """Those of crontabs."""
    for item in jobs.collections:
        yield StartedCollection(item.job.command, item.job.quote(), item.collection, item.config_there)


def by_services(compose: ComposeFile) -> Iterator[StartedCollection]:
    """Those of services that run an image of distribution or GitLab's registry.

    Raises UndecidedError where a service collects and its image, or the variable that names its configuration, is
    computed at run time.
    """
    for service in compose.services:
        command = shlex.join(service.words)
        if collection_in(command) is None:
            continue
        name = service.image_name
        found = collection_in(command, _configuration_path(service))
        if found is None or service.image is None or name is None or not name.is_registry:
            continue
        place = service.command_place or service.place
        yield StartedCollection(
            str(seal_shape(command, redact(command))),
            Quote(place.source, f"{service.name}: {shown_command(command)}", place.line),
            replace(found, in_container=not name.is_official or service.elsewhere is not None),
            config_there=_has(service, found.config, CONFIG_PATHS.get(name.major or 0)),
            by_cron=False,
            product=from_image(service.image) or Product(None, reason=f"{service.image.text()} tells no version"),
        )


def _configuration_path(service: ContainerService) -> str:
    said = [one for one in service.variables if one.name == "REGISTRY_CONFIGURATION_PATH"]
    return (said[-1].located().text() or "") if said else ""


def _has(service: ContainerService, config: str, default: str | None) -> bool | None:
    """Whether a service's container has that file: its image brings `default`, all else must be mounted."""
    if not config.startswith("/") or "$" in config:
        return None
    if service.mount_at(config) is not None or config == default:
        return True
    # Without a tag that tells the line, the image has one of the two usual files.
    return None if default is None and config in CONFIG_PATHS.values() else False
