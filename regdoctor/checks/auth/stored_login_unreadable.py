"""CLI-03, CLI-04: what should hold the login for the registry cannot be read, so that it is asked without."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, check
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.login_source import LoginSource, UnreadableLogin
from regdoctor.evidence.registry_address import registry_address
from regdoctor.foreign_text import clean
from regdoctor.injection import Absent
from regdoctor.target import Login

_VARIABLE = "DOCKER_AUTH_CONFIG"


@check(
    title="The stored login can be read",
    severity=Severity.WARNING,
    failure_modes=("CLI-03", "CLI-04"),
    symptoms=(
        "WARNING: Error loading config file",
        "error getting credentials - err: exec:",
        "no basic auth credentials",
        "denied: access forbidden",
    ),
    reference="https://docs.docker.com/reference/cli/docker/login/#credential-stores",
)
def stored_login_unreadable(logins: LoginSource, endpoints: Endpoints | Absent) -> Iterator[Outcome]:
    """Docker and podman keep logins in config.json and auth.json, in DOCKER_AUTH_CONFIG, or by a credential helper.

    Where the text is no JSON, the entry `auth` no Base64 of a name, a colon and a password, or the helper missing or
    failing, docker goes on without any login, at most with a warning: what everybody may pull works, all else is
    `denied`. regdoctor, too, then asks without that login, so that its report does not judge it. An entry for another
    registry, and a helper that keeps nothing for this one, are no fault.

    Correct the file or the variable, install or mend the helper, and log in again.
    """
    for trouble in logins.unreadable:
        yield _fail(trouble, logins.login, endpoints)
    if logins.unreadable:
        return
    if logins.login is not None and logins.login.origin:
        yield Pass(logins.login.words)
    else:
        yield Skip("no stored login was used")


def _fail(trouble: UnreadableLogin, login: Login | None, endpoints: Endpoints | Absent) -> Fail:
    why = clean(trouble.why)
    where = "" if trouble.origin in trouble.why else f" (by {clean(trouble.origin)})"
    asked = f"asked as {login.words} instead" if login is not None else "asked without a login"
    return Fail(
        f"Stored logins cannot be read: {why}{where}; the registry was {asked}",
        evidence=(Quote(trouble.origin, why),),
        resource=trouble.origin,
        failure_modes=("CLI-03",) if trouble.of_helper else ("CLI-04",),
        remedy={Dialect.PLAIN: _remedy(trouble, endpoints)},
    )


def _remedy(trouble: UnreadableLogin, endpoints: Endpoints | Absent) -> Remedy:
    origin = trouble.origin
    if trouble.of_helper and origin == _VARIABLE:
        return Remedy(f"Install or mend the helper that {origin} names, or give {origin} the login itself.")
    if origin == _VARIABLE:
        return Remedy(
            f"Give {origin} the text of a config.json that docker login wrote, or unset it. In GitLab it must be a "
            "variable of type Variable: with type File it holds the path of a file."
        )
    address = registry_address(endpoints, Absent(""))
    client = "docker" if origin.endswith("/config.json") else "podman"
    command = (f"{client} login {address.names[0]}",) if address is not None else ()
    if trouble.of_helper:
        return Remedy(
            f"Install or mend the helper, or remove the line of {origin} that names it (credsStore or credHelpers). "
            "Then log in again:",
            command,
        )
    return Remedy(f"Correct {origin}, or remove what is wrong there. Then log in again:", command)
