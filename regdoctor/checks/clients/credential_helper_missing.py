"""CLI-03: the program that should keep Docker's logins is not on the host."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.docker_client import PREFIX, DockerLogins
from regdoctor.formats.located import Located

_OF_WINDOWS = ("desktop.exe", "wincred.exe", "wincred")
"""Found by the PATH that Windows gives to its subsystem for Linux, which no file here tells."""


@check(
    title="The programs that keep Docker's logins are installed",
    severity=Severity.ERROR,
    failure_modes=("CLI-03",),
    symptoms=(
        "error getting credentials - err: exec:",
        "error storing credentials - err: exec:",
        "executable file not found in $PATH",
    ),
    explains=("stored_login_unreadable",),
    reference="https://docs.docker.com/reference/cli/docker/login/#credential-stores",
)
def credential_helper_missing(logins: DockerLogins) -> Iterator[Outcome]:
    """With `credsStore` or `credHelpers` in ~/.docker/config.json, Docker's command line asks a program for each login.

    Its name is docker-credential- and the word that is written there. Where it is not on the PATH, as with a
    config.json that was copied from another machine or left by Docker Desktop, `docker login` ends with `error storing
    credentials`, builds and podman with `error getting credentials - err: exec: "docker-credential-desktop": executable
    file not found in $PATH`, and Docker pulls and pushes without any login. With credsStore this concerns every
    registry.

    Install the program, or remove the line from config.json and log in again.
    """
    wanted = [
        setting for config in logins.configs for setting in (config.store(), *config.helpers().values()) if setting
    ]
    if not wanted:
        yield Skip("no config.json of Docker names a program that keeps logins")
        return
    for setting in wanted:
        yield _judge(setting, logins)


def _judge(setting: Located, logins: DockerLogins) -> Outcome:
    word = setting.text() or ""
    program = f"{PREFIX}{word}"
    if logins.helpers is None:
        return Unknown(f"the tree holds no programs, so whether {program} is installed cannot be told")
    if program in logins.helpers:
        return Pass(program)
    if word in _OF_WINDOWS:
        return Unknown(f"{program} is a program of Windows: whether PATH leads to it cannot be told here")
    return Fail(
        f"{setting.place.source} has logins kept by {program}, and there is no such program on this host",
        evidence=(setting.quote(),),
        resource=f"{setting.place.source}: {setting.name}",
        remedy={
            Dialect.PLAIN: Remedy(
                f"Install {program} (looked for in {', '.join(logins.searched)}), or remove {setting.name} from "
                f"{setting.place.source} and log in again."
            )
        },
    )
