"""GC-04 kin: the configuration is mounted where the image of the other generation reads it."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.containers import in_containers, none_found
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Mount
from regdoctor.formats.image_defaults import CONFIG_PATHS
from regdoctor.injection import Absent


@check(
    title="The registry's configuration is mounted where its image reads it",
    severity=Severity.ERROR,
    failure_modes=("GC-04",),
    symptoms=("configuration error: open /etc/docker/registry/config.yml: no such file or directory",),
    reference="https://hub.docker.com/_/registry",
)
def config_mounted_elsewhere(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> Iterator[Outcome]:
    """registry:2 reads /etc/docker/registry/config.yml, registry:3 reads /etc/distribution/config.yml.

    A file that is mounted at the other place is read by nobody, and nothing says so: the registry starts with the
    configuration of its image, without logins, without TLS, and with its data in /var/lib/registry. It happens at the
    update from 2 to 3. Commands that name the old place, such as garbage-collect, fail instead with `no such file or
    directory`.

    Put the file where the image reads it: change the path after the colon of the mount.
    """
    found = in_containers(compose, unit)
    if not found:
        yield none_found(compose, unit)
    for registry in found:
        yield _judged(registry.service)


def _judged(service: ContainerService) -> Outcome:
    mounts = {path: mount for path in CONFIG_PATHS.values() if (mount := _file_mount(service, path)) is not None}
    name = service.image_name
    if not mounts or name is None or not name.is_official:
        return Skip(f"{service.name} mounts no configuration over that of an official image")
    read = service.config_file()
    if read is None:
        return Unknown(
            f"the tag of {service.name}'s image does not tell whether it reads {' or '.join(CONFIG_PATHS.values())}"
        )
    stray = [path for path in mounts if path != read]
    if not stray or service.mount_at(read) is not None:
        return Pass(f"{service.name} reads {read}")
    mount = mounts[stray[0]]
    image = service.image.quote() if service.image is not None else mount.located.quote()
    source = mount.source or "./config.yml"
    if not mount.target.endswith((".yml", ".yaml")):
        source = f"{source.rstrip('/')}/config.yml"
    option = f"{source}:{read}:ro"
    return Fail(
        f"{service.name} mounts its configuration at {stray[0]}, but its image reads {read}: it has no effect",
        evidence=(mount.located.quote(), image),
        resource=mount.target,
        remedy={
            Dialect.COMPOSE: Remedy(
                f"Mount the file where the image reads it, in the service {service.name}:",
                (f"volumes:\n  - {option}", "docker compose up -d"),
            ),
            Dialect.PLAIN: Remedy(
                "Mount the file where the image reads it, with this option:", (f"--volume {option}",)
            ),
        },
    )


def _file_mount(service: ContainerService, path: str) -> Mount | None:
    mount = service.mount_at(path)
    return mount if mount is not None and mount.kind in ("bind", "config") else None
