"""The registries that run in containers, whatever starts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regdoctor.check import Outcome, Skip, Unknown
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.located import UndecidedError
from regdoctor.injection import Absent


def in_containers(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> tuple[ComposeRegistry, ...]:
    """Those of the Compose file and that of a systemd unit with `docker run`."""
    found = compose.registries if isinstance(compose, ComposeFile) else ()
    if isinstance(unit, ServiceEnvironment) and unit.container is not None:
        return (*found, ComposeRegistry(unit.container, unit.config, unit.problem))
    return found


def judged_each(
    compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent, judge: Callable[[ComposeRegistry], Outcome]
) -> Iterator[Outcome]:
    """What `judge` says of each of them; what is worked out at run time leaves one unknown, and not the others."""
    found = in_containers(compose, unit)
    if not found:
        yield none_found(compose, unit)
    for registry in found:
        try:
            yield judge(registry)
        except UndecidedError as reason:
            yield Unknown(str(reason))


def none_found(*looked_at: object) -> Skip | Unknown:
    """What a check says where there is nothing to judge: unknown where looking failed."""
    failed = [part.reason for part in looked_at if isinstance(part, Absent) and part.applicable]
    if failed:
        return Unknown(failed[0])
    return Skip("no file here starts a registry in a container")
