"""Reads the config.json of the host's users, and looks for the programs that keep their logins."""

from __future__ import annotations

from pathlib import Path

from regdoctor.evidence.docker_client import PREFIX, DockerLogins
from regdoctor.evidence.installation import Installation
from regdoctor.formats.docker_cli_config import DockerCliConfig, parse_docker_cli_config
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import is_there, list_below, read_below

_CONFIG = ".docker/config.json"
_HOMES = ("root", "var/lib/gitlab-runner")
"""The homes that are not below /home: root's, and that of the user whom GitLab Runner's packages make."""
_PROGRAMS = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin", "snap/bin")
"""PATH of a login of Debian and Red Hat, and where snaps are."""
_OWN_PROGRAMS = ("bin", ".local/bin", ".docker/bin")
"""What users add to theirs, below their homes."""
_MOST_HOMES = 200


@probe(reads="the config.json of Docker's command line of each user, and the names of credential helpers")
def docker_client(installation: Installation) -> DockerLogins:
    """The logins; users' files that are not ours to read are passed over.

    Raises NotApplicableError where there is none, UnreadableError where one is broken.
    """
    root = installation.root
    if root is None:
        raise NotApplicableError("only single files were given, so no user's logins are looked at (--root DIR)")
    homes = _homes(root)
    configs = tuple(config for home in homes if (config := _config(root, home / _CONFIG)) is not None)
    if not configs:
        raise NotApplicableError("no user of this host has a config.json of Docker that we may read")
    folders = [*_PROGRAMS, *(str(home / own) for home in homes for own in _OWN_PROGRAMS)]
    names = [path.name for folder in folders for path in _entries(root, folder)]
    found = frozenset(name for name in names if name.startswith(PREFIX)) if names else None
    return DockerLogins(configs, found, tuple(f"/{folder}" for folder in folders if is_there(root, folder)))


def config_files(root: Path) -> tuple[Path, ...]:
    """Where users of the host below `root` have logins, or may have some that are closed to us."""
    return tuple(root / home / _CONFIG for home in _homes(root) if is_there(root, home / _CONFIG))


def _homes(root: Path) -> tuple[Path, ...]:
    """Relative to the root."""
    return (*map(Path, _HOMES), *(entry.relative_to(root) for entry in _entries(root, "home")))[:_MOST_HOMES]


def _config(root: Path, place: Path) -> DockerCliConfig | None:
    try:
        data = read_below(root, root / place)
    except UnreadableError:
        return None
    return parse_docker_cli_config(data, str(root / place))


def _entries(root: Path, folder: str) -> tuple[Path, ...]:
    try:
        return list_below(root, root / folder)
    except UnreadableError:
        return ()
