"""FS-04, HA-02: several replicas of a registry store each on a disk of its own."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.containers import none_found
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.injection import Absent


@check(
    title="All replicas of the registry store in one place",
    severity=Severity.ERROR,
    failure_modes=("FS-04", "HA-02"),
    symptoms=("blob upload unknown", "BLOB_UPLOAD_UNKNOWN"),
    reference="https://distribution.github.io/distribution/about/deploying/",
)
def replicas_on_local_disks(compose: ComposeFile | Absent) -> Iterator[Outcome]:
    """A push is many requests, and each may reach another replica.

    Where every replica has a disk of its own, an upload that was begun at one is unknown to the next: pushes fail with
    `blob upload unknown`, and what was pushed can be pulled at one replica only, so that pulls succeed and fail by
    turns. Only shared storage helps: an object store, or a file system that all replicas mount.

    Give all replicas the same storage, or run one.
    """
    found = compose.registries if isinstance(compose, ComposeFile) else ()
    if not found:
        yield none_found(compose)
    for registry in found:
        yield _judged(registry)


def _judged(registry: ComposeRegistry) -> Outcome:
    service, config = registry.service, registry.config
    replicas = service.replicas()
    count = replicas.text() if replicas is not None else None
    if replicas is None or (whole_number(count) or 0) < 2:
        return Skip(f"{service.name} runs once")
    if config is None:
        return Unknown(f"the configuration of {service.name} is not known: {registry.problem}")
    driver = config.storage_driver()
    if driver is None or driver[0] not in ("filesystem", "inmemory"):
        return Pass(f"{service.name} does not store on a disk of its own")
    setting = driver[1].at("rootdirectory")
    mount = service.mount_at((setting.text() if setting is not None else None) or ROOT_DIRECTORY)
    if driver[0] == "filesystem" and (service.elsewhere is not None or (mount is not None and mount.lasts)):
        return Unknown(
            f"whether the replicas of {service.name} run on one host, and so share its disk, is not told here"
        )
    quotes = (replicas, driver[1] if driver[0] == "inmemory" else setting or driver[1])
    return Fail(
        f"{count} replicas of {service.name} store each in its own container ({driver[0]}, on no shared volume)",
        evidence=tuple(located.quote() for located in quotes),
        resource=service.name,
        remedy={
            Dialect.PLAIN: Remedy(
                f"Run one replica of {service.name} until all can share an object store or a mounted file system:",
                ("deploy:\n  replicas: 1", "docker compose up -d"),
            )
        },
    )
