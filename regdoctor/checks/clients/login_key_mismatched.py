"""CLI-04: a login is written under a name by which Docker does not look it up for the registry."""

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.evidence.docker_client import DockerLogins
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.registry_address import RegistryAddress, registry_address
from regdoctor.formats.docker_cli_config import DockerCliConfig, lookup_name
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.injection import Absent

_NAME = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@check(
    title="Docker's logins are written under the names by which they are looked up",
    severity=Severity.WARNING,
    failure_modes=("CLI-04",),
    symptoms=("no basic auth credentials", "denied: access forbidden", "pull access denied"),
    reference="https://docs.docker.com/reference/cli/docker/login/",
)
def login_key_mismatched(
    logins: DockerLogins, endpoints: Endpoints | Absent, gitlab: GitLabConfig | Absent
) -> Iterator[Outcome]:
    """Docker looks a login up by host and port as image names have them: `registry.example.com:5050`.

    In `auths` of config.json it passes over a scheme before the host and all from the first slash on, and nothing else:
    a login for the host without the registry's port, or with another one, is not found. In `credHelpers` not even a
    scheme may be there. Then Docker asks without any login, and the registry answers `denied` or, on a push, Docker
    says `no basic auth credentials`, though the file has the right password.

    Log in again with the host and the port of the registry, and remove the entry that fits nothing.
    """
    registry = registry_address(endpoints, gitlab)
    found = [fail for config in logins.configs for fail in _judge(config, registry)]
    yield from found or (Pass(", ".join(config.source for config in logins.configs)),)


def _judge(config: DockerCliConfig, registry: RegistryAddress | None) -> Iterator[Fail]:
    for key, login in config.logins().items():
        if not _NAME.fullmatch(lookup_name(key)):
            yield _fail(f"the login of {config.source} for {key!r} fits no registry", login, f"auths.{key}", registry)
    for key, helper in config.helpers().items():
        if not _NAME.fullmatch(key):
            yield _fail(
                f"the helper that {config.source} names for {key!r} is asked for no registry: the name must be host "
                "and port alone",
                helper,
                f"credHelpers.{key}",
                registry,
            )
    if registry is not None:
        yield from _other_port(config, registry)


def _other_port(config: DockerCliConfig, registry: RegistryAddress) -> Iterator[Fail]:
    """The logins for the registry's host with another port, where there is none for the registry itself."""
    by_name = {lookup_name(key).lower(): (key, login) for key, login in config.logins().items()}
    if config.store() is not None or any(name in by_name or name in config.helpers() for name in registry.names):
        return  # the programs that keep logins have rules of their own
    for name, (key, login) in by_name.items():
        match = _NAME.fullmatch(name)
        if match is not None and match["host"].strip("[]") == registry.host:
            yield _fail(
                f"{config.source} has a login for {name}, and none for the registry, {registry.names[0]}",
                login,
                f"auths.{key}",
                registry,
                *registry.said_by,
            )


def _fail(message: str, at: Located, resource: str, registry: RegistryAddress | None, *quotes: Quote) -> Fail:
    commands = (f"docker login {registry.names[0]}",) if registry is not None else ()
    quote = Quote(at.place.source, f"{resource}: …", at.place.line)
    return Fail(
        message,
        evidence=(quote, *quotes),
        resource=f"{at.place.source}: {resource}",
        remedy={
            Dialect.PLAIN: Remedy(
                f"Log in with the registry's host and port, as the user whose file it is, and remove {resource} from "
                f"{at.place.source} if nothing else needs it.",
                commands,
            )
        },
    )
