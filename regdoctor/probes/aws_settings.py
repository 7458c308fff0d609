"""Reads what the registry's process is given of AWS settings; regdoctor's own environment is never looked at."""

from __future__ import annotations

from pathlib import Path

import psutil

from regdoctor.check import Dialect
from regdoctor.distribution.credential_chains import SECRET_VARIABLES
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.envdir import parse_envdir
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.aws_shared_files import ROOTS_HOME, shared_files
from regdoctor.probes.host_tree import list_below, read_below
from regdoctor.probes.storage_account import registry_account
from regdoctor.redaction import Secret
from regdoctor.target import Target

_PLACE = "environment"


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
        return _of_container(container)
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
        given = psutil.Process(pid).environ()
        apart = Path(f"/proc/{pid}/ns/mnt").readlink() != Path("/proc/self/ns/mnt").readlink()
    except (psutil.Error, OSError):
        return AwsSettings(source, unseen=f"the environment of process {pid} cannot be read: run as root")
    place = Place(source, layer=_PLACE)
    variables = {name: _located(name, value, place) for name, value in given.items() if _ours(name, value)}
    # A process with a view of its own of the file system is in a container; the kernel shows that view.
    root = Path(f"/proc/{pid}/root") if apart else (installation.root or Path("/"))
    home = given.get("HOME") or _home(installation, root, Absent("a process"), Absent("a process"))
    return shared_files(AwsSettings(source, variables, in_container=apart), root, home)


def _of_container(container: ContainerService) -> AwsSettings:
    variables: dict[str, Located] = {}
    unseen = ""
    for one in container.variables:
        name = one.name.strip()
        if isinstance(one.value, Computed) and name.startswith("AWS_"):
            unseen = f"{name} of the container is worked out at run time"
        elif isinstance(one.value, str) and _ours(name, one.value):
            variables[name] = _located(name, one.value, one.place)
    if container.elsewhere is not None:
        unseen = f"the container's environment is not all in {container.place.source}"
    return AwsSettings(container.place.source, variables, in_container=True, unseen=unseen)


def _of_service(
    installation: Installation, root: Path, service: ServiceEnvironment | Absent, rb: GitLabRb | Absent
) -> AwsSettings:
    variables: dict[str, Located] = {}
    home, source = "", ""
    if installation.env_directory is not None:
        folder = installation.env_directory
        source = str(folder)
        files = {one.name: read_below(root, one) for one in list_below(root, folder)}
        for name, value in parse_envdir({name: data for name, data in files.items() if _wanted(name)}).items():
            home = value if name == "HOME" else home
            if _ours(name, value):
                variables[name] = _located(name, value, Place(str(folder / name), 1, _PLACE))
    if isinstance(service, ServiceEnvironment) and service.container is None:
        source = source or service.source
        for name, value, place in service.variables:
            home = value if name == "HOME" else home
            if _ours(name, value):
                variables[name] = _located(name, value, place)
    if not source and installation.dialect is not Dialect.OMNIBUS:
        return AwsSettings("", unseen="no registry runs here, and no unit says which environment it would get")
    settings = AwsSettings(source or "Omnibus GitLab", variables)
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


def _ours(name: str, value: str) -> bool:
    return name.startswith("AWS_") and bool(value)


def _located(name: str, value: str, place: Place) -> Located:
    return Located(Secret(value, name.lower()) if name in SECRET_VARIABLES else value, place, name)
