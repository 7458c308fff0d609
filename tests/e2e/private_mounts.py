"""Programs that see some files of the machine in another form: names in /etc/hosts, authorities in the trust store.

Each runs in a mount namespace of its own (unshare(1), mount_namespaces(7)), so nobody else sees the change, and it ends
with the program, however that ends. It needs root, as dockerd does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from regdoctor.lab.processes import Process, Processes

HOSTS = Path("/etc/hosts")
TRUST_STORE = Path("/etc/ssl/certs/ca-certificates.crt")
"""Where Debian keeps all authorities in one file: what update-ca-certificates writes and Go's programs read."""
_SCRIPT = 'while [ "$1" != -- ]; do mount --bind "$2" "$1" || exit; shift 2; done; shift; exec "$@"'
"""Lays files over others and becomes the program, so that its number is that of the process that was started."""


class PrivateMounts(Processes):
    """Processes that see `mounts`: a file of the machine, which has to exist, to what they see in its place."""

    def __init__(self, mounts: Mapping[Path, Path]) -> None:
        """None runs yet; what is seen may still be written until the first is started."""
        super().__init__()
        self._mounts = mounts

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        grace: float = 5.0,
    ) -> Process:
        """As Processes.start, among these mounts."""
        return super().start(name, self.seeing(command), log=log, environment=environment, grace=grace)

    def seeing(self, command: Sequence[str | Path]) -> list[str | Path]:
        """The words that run `command` among these mounts."""
        pairs = [path for pair in self._mounts.items() for path in pair]
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", _SCRIPT, "sh", *pairs, "--", *command]


def hosts_file(path: Path, addresses: Mapping[str, str]) -> Path:
    """Write what /etc/hosts is to say: names to their addresses, and localhost. Returns `path`."""
    lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in addresses.items())]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def trust_store(path: Path, authority: str) -> Path:
    """Write the machine's trust store with one more authority (PEM), as update-ca-certificates does. Returns `path`."""
    path.write_text(TRUST_STORE.read_text("utf-8") + authority)
    return path
