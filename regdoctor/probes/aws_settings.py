"""Reads what the registry's process is given of AWS settings; regdoctor's own environment is never looked at."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.distribution.credential_chains import SECRET_VARIABLES
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.aws_shared_files import ROOTS_HOME, shared_files
from regdoctor.probes.container_aws_files import files_of_container
from regdoctor.probes.registry_variables import Variables, registry_variables
from regdoctor.probes.storage_account import registry_account
from regdoctor.redaction import Secret
from regdoctor.target import Target

_PROCESS = Absent("a process of its own")


@probe(reads="the AWS_* variables and HOME of the registry's process or service, and the .aws folder of its user")
def aws_settings(
    target: Target,
    installation: Installation,
    config: RegistryConfig,
    service: ServiceEnvironment | Absent,
    compose: ComposeFile | Absent,
    rb: GitLabRb | Absent,
) -> AwsSettings:
    """The settings. Raises NotApplicableError for another storage than S3."""
    if s3_parameters(config) is None:
        raise NotApplicableError("the registry does not store in S3")
    container = _container(service, compose, target.service)
    if installation.process is not None:
        return _of_process(installation, installation.process.pid)
    if container is not None:
        return _of_container(installation, container)
    if installation.root is None:
        return AwsSettings("", unseen="only files were named, so the registry's environment is not known (--root DIR)")
    if installation.dialect is Dialect.HELM:
        return AwsSettings("", unseen="the environment of the registry's pods is not in the chart's values")
    return _of_service(installation, installation.root, service, rb)


def _container(
    service: ServiceEnvironment | Absent, compose: ComposeFile | Absent, wanted: str | None
) -> ContainerService | None:
    if isinstance(compose, ComposeFile):
        found = (one.service for one in compose.registries if wanted in (None, one.service.name))
        return next(found, None)
    return service.container if isinstance(service, ServiceEnvironment) else None


def _of_process(installation: Installation, pid: int) -> AwsSettings:
    source = f"environment of process {pid}"
    try:
        found = registry_variables(installation, _PROCESS, ("HOME",), "AWS_")
        apart, own_root, own_network = kept_apart(Path(f"/proc/{pid}"))
    except CouldNotGatherError as error:
        return AwsSettings(source, unseen=str(error))
    except OSError:
        return AwsSettings(source, unseen=f"process {pid} cannot be looked into: it has ended, or run as root")
    # The kernel shows what a process with a view of its own sees: a container's, or a unit's with PrivateTmp=.
    root = Path(f"/proc/{pid}/root") if apart or own_root else (installation.root or Path("/"))
    home = found["HOME"][0] if "HOME" in found else _home(installation, root, _PROCESS, _PROCESS)
    settings = AwsSettings(source, _located_all(found), in_container=own_root, own_network=own_network)
    return shared_files(settings, root, home)


def kept_apart(process: Path, ours: Path = Path("/proc/self")) -> tuple[bool, bool, bool]:
    """Whether a process (its folder in /proc) has mounts, a root folder, a network of its own.

    Own mounts alone make no container: systemd gives some to each unit with PrivateTmp= or ProtectSystem=
    (systemd.exec(5)), with the same folder as root. Raises OSError where it may not be looked into.
    """
    mounts, network = (
        (process / f"ns/{kind}").readlink() != (ours / f"ns/{kind}").readlink() for kind in ("mnt", "net")
    )
    here, there = (process / "root").stat(), (ours / "root").stat()
    return mounts, (here.st_dev, here.st_ino) != (there.st_dev, there.st_ino), network


def _of_container(installation: Installation, container: ContainerService) -> AwsSettings:
    found: dict[str, tuple[str, Place]] = {}
    unseen = ""
    for one in container.variables:
        name = one.name.strip()
        if isinstance(one.value, Computed) and _wanted(name):
            unseen = f"{name} of the container is worked out at run time"
        elif isinstance(one.value, str) and _wanted(name):
            found[name] = (one.value, one.place)
    if container.elsewhere is not None:
        unseen = f"the container's environment is not all in {container.place.source}"
    network = not container.host_network
    settings = AwsSettings(
        container.place.source, _located_all(found), in_container=True, own_network=network, unseen=unseen
    )
    return files_of_container(settings, installation, container, found["HOME"][0] if "HOME" in found else "")


def _of_service(
    installation: Installation, root: Path, service: ServiceEnvironment | Absent, rb: GitLabRb | Absent
) -> AwsSettings:
    found = registry_variables(installation, service, ("HOME",), "AWS_")
    source = str(installation.env_directory or "")
    if isinstance(service, ServiceEnvironment):
        source = source or service.source
    if not source and installation.dialect is not Dialect.OMNIBUS:
        return AwsSettings("", unseen="no registry runs here, and no unit says which environment it would get")
    home = found["HOME"][0] if "HOME" in found else ""
    settings = AwsSettings(source or "Omnibus GitLab", _located_all(found))
    return shared_files(settings, root, home or _home(installation, root, service, rb))


def _home(
    installation: Installation, root: Path, service: ServiceEnvironment | Absent, rb: GitLabRb | Absent
) -> str | None:
    """The home folder of the registry's user, which the SDKs take where HOME is not set; None where it is not known."""
    accounts = Accounts(root)
    try:
        account = registry_account(installation, accounts, service, rb)
    except CouldNotGatherError:
        return None
    if account.uid == 0:
        return ROOTS_HOME
    return next((home for home, uid in accounts.homes().items() if uid == account.uid), None)


def _wanted(name: str) -> bool:
    return name.startswith("AWS_") or name == "HOME"


def _located_all(found: Variables) -> dict[str, Located]:
    """Those of AWS; empty ones are left out."""
    return {name: _located(name, *said) for name, said in found.items() if name.startswith("AWS_") and said[0]}


def _located(name: str, value: str, place: Place) -> Located:
    return Located(Secret(value, name.lower()) if name in SECRET_VARIABLES else value, place, name)
