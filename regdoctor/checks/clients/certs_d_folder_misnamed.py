"""TLS-09: a folder of certs.d is named so that no client looks into it."""

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.evidence.certs_d import CertsD, CertsFolder, Client
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.injection import Absent

_NAME = re.compile(r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_CONTAINERD = re.compile(r"(?P<host>.+)_(?P<port>[0-9]{1,5})_")
"""containerd's spelling of host:port, for file systems without colons (core/remotes/docker/config)."""
_FILE_ENDINGS = (".crt", ".cert", ".key", ".pem")
_DEFAULTS = ("", "443", "80")


@check(
    title="Each folder of certs.d is named after a registry",
    severity=Severity.ERROR,
    failure_modes=("TLS-09",),
    symptoms=("x509: certificate signed by unknown authority",),
    reference="https://docs.docker.com/engine/security/certificates/",
)
def certs_d_folder_misnamed(certs: CertsD, gitlab: GitLabConfig | Absent) -> Iterator[Outcome]:
    """Docker, containerd and podman look for a registry's certificates in the folder `host:port` of their certs.d.

    The name is taken letter by letter from the image's name: `registry.example.com` for a registry on port 443,
    `registry.example.com:5050` for any other port. A folder of another name is never opened, no client says so, and
    the registry's certificate stays unknown: `x509: certificate signed by unknown authority`.

    Give the folder the registry's host as its name, with a colon and the port unless that is 443.
    """
    found = [fail for folder in certs.folders if (fail := _judge(folder, certs, gitlab)) is not None]
    yield from found or (Pass(", ".join(folder.name for folder in certs.folders)),)


def _judge(folder: CertsFolder, certs: CertsD, gitlab: GitLabConfig | Absent) -> Fail | None:
    name = folder.name
    # containerd can be told to read Docker's folders as well; then a hosts.toml says for whom this one is.
    for_containerd = folder.client is Client.CONTAINERD or folder.named("hosts.toml") is not None
    if for_containerd and (name == "_default" or _CONTAINERD.fullmatch(name)):
        return None
    match = _NAME.fullmatch(name)
    if match is None or (match["port"] and int(match["port"]) > 65535):
        other = _CONTAINERD.fullmatch(name)
        if other is not None:
            return _fail(folder, f"{name} is containerd's spelling", f"{other['host']}:{other['port']}")
        return _fail(folder, f"{name} is not a host with a port", _public(gitlab))
    ending = next((ending for ending in _FILE_ENDINGS if match["host"].endswith(ending)), None)
    if ending is not None:
        right = match["host"].removesuffix(ending) + (f":{match['port']}" if match["port"] else "")
        return _fail(folder, f"{name} has the ending {ending} of a file in its host", right)
    return _without_port(folder, certs, gitlab)


def _without_port(folder: CertsFolder, certs: CertsD, gitlab: GitLabConfig | Absent) -> Fail | None:
    """The finding where the folder is named as GitLab's registry, which has a port, and no other folder fits."""
    public = _public(gitlab)
    host, _, port = public.rpartition(":")
    if not isinstance(gitlab, GitLabConfig) or not port or folder.name != host:
        return None
    fitting = (public, f"{host}_{port}_")
    if any(other.client is folder.client and other.name in fitting for other in certs.folders):
        return None
    settings = [setting for key in ("host", "port") if (setting := gitlab.registry(key)) is not None]
    problem = f"the registry is {public}, and {folder.name} lacks its port"
    return _fail(folder, problem, public, *(setting.quote() for setting in settings))


def _public(gitlab: GitLabConfig | Absent) -> str:
    """host:port of GitLab's registry; empty where it is not known, or its port needs no mention."""
    if not isinstance(gitlab, GitLabConfig):
        return ""
    host, port = gitlab.registry("host"), gitlab.registry("port")
    named, number = (host.text() if host else None) or "", (port.text() if port else None) or ""
    return "" if not named or number in _DEFAULTS else f"{named}:{number}"


def _fail(folder: CertsFolder, problem: str, right: str, *quotes: Quote) -> Fail:
    commands: tuple[str, ...] = ()
    if right:
        target = f"{folder.path[: -len(folder.name)]}{right}"
        commands = (f"sudo mv '{folder.path}' '{target}'",)
    return Fail(
        f"{folder.client} never looks into {folder.path}: {problem}",
        evidence=(folder.quote(), *quotes),
        resource=folder.path,
        remedy={
            Dialect.PLAIN: Remedy(
                "Name the folder after the registry as image names have it: host, then a colon and the port unless "
                "that is 443. No restart is needed.",
                commands,
            )
        },
    )
