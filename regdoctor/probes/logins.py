"""Finds the login for the registry where docker, podman and GitLab's CI jobs keep theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from regdoctor.evidence.docker_client import PREFIX
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.login_source import LoginSource
from regdoctor.formats.docker_cli_config import (
    DockerCliConfig,
    StoredLogin,
    entry_of_auth_json,
    entry_of_docker,
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
_Entry = Callable[[DockerCliConfig, Sequence[str]], "StoredLogin | None"]


@probe(
    reads="the login that is stored for the registry's name: that of this GitLab CI job, else in this user's "
    "config.json of docker or auth.json of podman, or kept by the credential helper that they name (none with "
    "--anonymous, or where --username is given)",
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
    troubles: list[str] = []
    for login in _stored(names, os.environ, troubles):
        return LoginSource(login)
    return LoginSource(None, "; ".join(troubles))


def registry_names(endpoint: Endpoint) -> tuple[str, ...]:
    """What docker may call the registry of an address, the usual name first; the scheme's own port may be left out."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    usual = 443 if endpoint.scheme == "https" else 80
    return (host, f"{host}:{endpoint.port}") if endpoint.port == usual else (f"{host}:{endpoint.port}",)


def _stored(names: Sequence[str], variables: Mapping[str, str], troubles: list[str]) -> Iterator[Login]:
    """The stored logins for a registry, the one to use first; what is wrong with others goes to `troubles`."""
    if (job := _of_job(names, variables)) is not None:
        yield job
    for path, entry in _files(variables):
        try:
            if is_there(Path("/"), path):
                found = _in_file(path, entry, names)
                if found is not None:
                    yield found
        except (UnreadableError, CredentialHelperError) as trouble:
            troubles.append(str(trouble))


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
    """The login in a file, or with the helper that the file names, which then alone counts (docker/cli, GetAuthConfig).

    Raises UnreadableError and CredentialHelperError.
    """
    config = parse_docker_cli_config(read_file(path), str(path))
    helpers, store = config.helpers(), config.store()
    own = next((name for name in names if name in helpers), None)
    helper = helpers[own] if own is not None else store
    suffix = helper.text() if helper is not None else None
    if not suffix:
        found = entry(config, names)
        return _usable(found, str(path)) if found is not None else None
    answer = ask_helper(suffix, own or names[0])
    return _usable(StoredLogin(*answer), f"{PREFIX}{suffix}") if answer is not None else None


def _usable(found: StoredLogin, origin: str) -> Login:
    """Raises UnreadableError for an identity token, which is no password, and for a name that cannot be one."""
    if found.is_identity_token:
        raise UnreadableError(f"{origin} keeps an identity token for the registry, which regdoctor does not use")
    if not found.username or ":" in found.username or not found.username.isprintable():
        raise UnreadableError(f"{origin} keeps a login for the registry whose user name cannot be sent")
    return Login(found.username, found.password, origin)
