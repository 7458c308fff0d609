"""Finds the login for the registry where docker, podman and GitLab's CI jobs keep theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from regdoctor.evidence.docker_client import PREFIX
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.login_source import LoginSource, UnreadableLogin
from regdoctor.formats.docker_cli_config import (
    DockerCliConfig,
    StoredLogin,
    entry_of_auth_json,
    entry_of_docker,
    login_of_helper,
    parse_docker_cli_config,
)
from regdoctor.formats.located import UnreadableError
from regdoctor.injection import Absent
from regdoctor.probe import probe
from regdoctor.probes.credential_helpers import CredentialHelperError, ask_helper
from regdoctor.probes.files import read_file
from regdoctor.probes.host_tree import is_there
from regdoctor.probes.token_source import password_may_go_to
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

_JOB_USER = "gitlab-ci-token"
"""The name that goes with CI_JOB_TOKEN (GitLab's documentation, "GitLab CI/CD job token")."""
_VARIABLE = "DOCKER_AUTH_CONFIG"
"""Holds a config.json as text: for GitLab Runner, which reads it before all else, and for docker since 28.3."""
_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
_HUB_KEY = "https://index.docker.io/v1/"
"""What docker calls Docker Hub in its config.json and to its helpers (docker/cli, registry.IndexServer)."""
_Entry = Callable[[DockerCliConfig, Sequence[str]], "StoredLogin | None"]


@probe(
    reads="the login that is stored for the registry's name: in the variable DOCKER_AUTH_CONFIG, else that of this "
    "GitLab CI job, else in this user's config.json of docker or auth.json of podman, or kept by the credential helper "
    "that they name (none with --anonymous, or where --username is given)",
    network=True,
)
def logins(target: Target, endpoints: Endpoints | Absent) -> LoginSource:
    """The login of --username, else the stored one, else none. It is marked as asking, for a helper may.

    What is stored is this machine's user's, so that it is not used where another host's tree is examined; and it is
    used only for the registry whose name it is stored for, by TLS or within this machine.
    """
    if target.login is not None or target.anonymous:
        return LoginSource(target.login)
    public = endpoints.public if isinstance(endpoints, Endpoints) else None
    if public is None or target.offline or (target.root is not None and not target.is_this_host):
        return LoginSource(None)
    if not password_may_go_to(public.url, is_public=False):
        return LoginSource(None, f"stored logins are not sent to {public.url}, which is not HTTPS")
    names = registry_names(public)
    troubles: list[UnreadableLogin] = []
    login = next(_stored(names, os.environ, troubles), None)
    return LoginSource(login, "; ".join(trouble.why for trouble in troubles), tuple(troubles))


def registry_names(endpoint: Endpoint) -> tuple[str, ...]:
    """What docker may call the registry of an address, the usual name first; the scheme's own port may be left out."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    if host in _HUB and endpoint.scheme == "https" and endpoint.port == 443:
        return (_HUB_KEY, *_HUB)
    usual = 443 if endpoint.scheme == "https" else 80
    return (host, f"{host}:{endpoint.port}") if endpoint.port == usual else (f"{host}:{endpoint.port}",)


def _stored(names: Sequence[str], variables: Mapping[str, str], troubles: list[UnreadableLogin]) -> Iterator[Login]:
    """The stored logins for a registry, the one to use first; what is wrong with others goes to `troubles`.

    The variable that GitLab Runner and docker put before what they find elsewhere comes first here too (GitLab's
    documentation, "Access an image from a private container registry"; docker/cli, cli/config/configfile/file.go).
    """
    try:
        if (named := _of_variable(names, variables)) is not None:
            yield named
    except (UnreadableError, CredentialHelperError) as trouble:
        troubles.append(_trouble(_VARIABLE, trouble))
    if (job := _of_job(names, variables)) is not None:
        yield job
    for path, entry in _files(variables):
        try:
            if is_there(Path("/"), path):
                found = _in_file(path, entry, names)
                if found is not None:
                    yield found
        except (UnreadableError, CredentialHelperError) as trouble:
            troubles.append(_trouble(str(path), trouble))


def _trouble(origin: str, error: UnreadableError | CredentialHelperError) -> UnreadableLogin:
    return UnreadableLogin(origin, str(error), isinstance(error, CredentialHelperError))


def _of_variable(names: Sequence[str], variables: Mapping[str, str]) -> Login | None:
    """Raises UnreadableError and CredentialHelperError."""
    text = variables.get(_VARIABLE, "")
    if not text.strip():
        return None
    return _of_config(parse_docker_cli_config(os.fsencode(text), _VARIABLE), entry_of_docker, names, _VARIABLE)


def _of_job(names: Sequence[str], variables: Mapping[str, str]) -> Login | None:
    """GitLab's documentation, "Predefined CI/CD variables": CI_REGISTRY is host and port, without a scheme."""
    if variables.get("CI_REGISTRY", "").strip().lower() not in names:
        return None
    username, password = variables.get("CI_REGISTRY_USER"), variables.get("CI_REGISTRY_PASSWORD")
    if username and password:
        return Login(username, Secret(password, "password"), "CI_REGISTRY_USER of this job")
    token = variables.get("CI_JOB_TOKEN")
    return Login(_JOB_USER, Secret(token, "token"), "CI_JOB_TOKEN of this job") if token else None


def _files(variables: Mapping[str, str]) -> Iterator[tuple[Path, _Entry]]:
    """Where docker and podman look, each with its rule of lookup.

    Sources: docker/cli, cli/config/config.go, Dir; containers-auth.json(5).
    """
    home = variables.get("HOME")
    if folder := variables.get("DOCKER_CONFIG"):
        yield Path(folder, "config.json").absolute(), entry_of_docker
    elif home:
        yield Path(home, ".docker/config.json").absolute(), entry_of_docker
    if file := variables.get("REGISTRY_AUTH_FILE"):
        yield Path(file).absolute(), entry_of_auth_json
        return
    runtime = variables.get("XDG_RUNTIME_DIR")
    yield (
        Path(runtime or f"/run/containers/{os.getuid()}", *(["containers"] if runtime else []), "auth.json"),
        (entry_of_auth_json),
    )
    settings = variables.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else None)
    if settings:
        yield Path(settings, "containers/auth.json").absolute(), entry_of_auth_json


def _in_file(path: Path, entry: _Entry, names: Sequence[str]) -> Login | None:
    """Raises UnreadableError and CredentialHelperError."""
    return _of_config(parse_docker_cli_config(read_file(path), str(path)), entry, names, str(path))


def _of_config(config: DockerCliConfig, entry: _Entry, names: Sequence[str], origin: str) -> Login | None:
    """The login in it, or with the helper that it names, which then alone counts (docker/cli, GetAuthConfig).

    Raises UnreadableError and CredentialHelperError.
    """
    helpers, store = config.helpers(), config.store()
    own = next((name for name in names if name in helpers), None)
    helper = helpers[own] if own is not None else store
    suffix = helper.text() if helper is not None else None
    if not suffix:
        found = entry(config, names)
        return _usable(found, origin) if found is not None else None
    answer = ask_helper(suffix, own or names[0])
    return _usable(login_of_helper(*answer), f"{PREFIX}{suffix}") if answer is not None else None


def _usable(found: StoredLogin, origin: str) -> Login:
    """Raises UnreadableError for a name that cannot be sent as one."""
    if found.is_identity_token:
        return Login("", Secret(found.password.reveal(), "token"), origin, is_identity_token=True)
    if not found.username or ":" in found.username or not found.username.isprintable():
        raise UnreadableError(f"{origin} keeps a login for the registry whose user name cannot be sent")
    return Login(found.username, found.password, origin)
