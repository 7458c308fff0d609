"""What is examined: one frozen object, made from the words of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password (or token) for the registry."""

    username: str
    password: Secret
    origin: str = ""
    """Where it was found: a file, a program or a variable; empty where it was given by hand."""
    is_identity_token: bool = False
    """Whether the password is a refresh token for the token service, as docker login stores it; no name goes with it
    then."""

    @property
    def words(self) -> str:
        """Whose it is, and where it was found, for people."""
        if self.is_identity_token:
            return f"the identity token in {self.origin}"
        return f"{self.username} ({self.origin})" if self.origin else self.username

    @property
    def how(self) -> str:
        """How something is asked for by it, for people: `as alice`, `with the identity token in config.json`."""
        return f"{'with' if self.is_identity_token else 'as'} {self.words}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to look and what is allowed. Nothing in it was looked up: see the probes for that."""

    root: Path | None = None
    """The host's root folder: `/` for this host, or a copied or mounted tree; None: no host is looked at."""
    more_roots: tuple[Path, ...] = ()
    """The root folders of further nodes: GitLab's own, where the registry is on another, and replicas."""
    registry_url: str | None = None
    """The registry's public URL, as clients use it: scheme, host and port, no path."""
    gitlab_url: str | None = None
    debug_url: str | None = None
    config_files: tuple[Path, ...] = ()
    """Configuration files named by hand; they take the place of those found under `root`."""
    login: Login | None = None
    """Given by hand; None: a stored one is looked for, unless `anonymous`."""
    anonymous: bool = False
    """No stored login is looked for."""
    send_credentials_to: str | None = None
    """A host, or host:port, that the login may go to though the registry's challenge alone names it; None: none."""
    ca_file: Path | None = None
    repository: str | None = None
    """A repository of the registry to try things on; None: one that is made up, or any that is found."""
    mount_from: str | None = None
    """A repository whose layers a push takes over by a cross-repository mount; None: none was named."""
    layer_size: int | None = None
    """Bytes of the largest layer that will be pushed; None: not said."""
    allow_writes: bool = False
    service: str | None = None
    """Of a Compose file with several registries, the service that is examined; None: the first."""
    offline: bool = False
    """Only files are judged: no probe asks anything over the network, loopback included."""
    timeout: float = 60.0
    """Seconds for the whole examination."""
    dialect: Dialect | None = None
    """Named by hand; None: told from the installation."""

    @property
    def is_this_host(self) -> bool:
        """Whether `root` is this machine's own, so that its processes and its clock belong to the target."""
        return self.root == Path("/")
