"""FS-15: a registry in a container keeps its data in the container itself."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.evidence.containers import in_containers, none_found
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located
from regdoctor.injection import Absent


@check(
    title="The registry's data outlive its container",
    severity=Severity.WARNING,
    failure_modes=("FS-15",),
    symptoms=('{"repositories":[]}',),
    explains=("replicas_on_local_disks",),
    reference="https://distribution.github.io/distribution/about/deploying/",
)
def storage_not_on_a_volume(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> Iterator[Outcome]:
    """What a container writes is gone when the container is removed, unless it goes to a volume or a host's folder.

    With the filesystem driver and no volume over its rootdirectory, everything that was pushed lies in the container,
    or in a volume without a name that the image declares. `docker compose down` and `docker run --rm` throw both away:
    the catalog is empty after the next start, and pulls fail with `manifest unknown`.

    Copy the data out of the running container, and mount a named volume or a folder of the host over the rootdirectory.
    """
    found = in_containers(compose, unit)
    if not found:
        yield none_found(compose, unit)
    for registry in found:
        yield _judged(registry)


def _judged(registry: ComposeRegistry) -> Outcome:
    service, config = registry.service, registry.config
    if config is None:
        return Unknown(f"the configuration of {service.name} is not known: {registry.problem}")
    driver = config.storage_driver()
    if driver is None or driver[0] != "filesystem":
        return Skip(f"{service.name} does not store in a file system, or it is not told where")
    proxy = config.at("proxy", "remoteurl")
    if proxy is not None and proxy.text():
        return Skip(f"{service.name} is a cache of another registry, which fills again by itself")
    setting = driver[1].at("rootdirectory")
    root = (setting.text() if setting is not None else None) or ROOT_DIRECTORY
    mount = service.mount_at(root)
    if mount is not None and mount.lasts:
        return Pass(f"{root} of {service.name} lies on {mount.source or 'a volume'}")
    if service.elsewhere is not None:
        return Unknown(f"{service.name} may get volumes from elsewhere: {service.elsewhere.quote().quote}")
    named = service.image or Located("", service.place, service.name)
    said = [named, *([setting] if setting is not None else []), *([mount.located] if mount is not None else [])]
    return Fail(
        f"{service.name} keeps the registry's data in its container, {root} on no volume: they go when it is removed",
        evidence=tuple(located.quote() for located in said),
        resource=service.name,
        remedy=_remedies(service, root),
    )


def _remedies(service: ContainerService, root: str) -> Remedies:
    return {
        Dialect.COMPOSE: Remedy(
            f"Copy the data out of the running container, mount the copy in the service {service.name}, then start it "
            "anew:",
            (
                f"docker compose cp {service.name}:{root} ./registry-data",
                f"volumes:\n  - ./registry-data:{root}",
                "docker compose up -d",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Copy the data out of the running container, and start it with this option from then on:",
            (f"docker cp {service.name}:{root} /srv/registry-data", f"--volume /srv/registry-data:{root}"),
        ),
    }
