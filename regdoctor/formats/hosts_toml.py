"""containerd's hosts.toml: where the images of one registry are fetched, and whom to trust there."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats import toml_tree
from regdoctor.formats.located import Located, Scalar
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class HostsToml:
    """One file, which speaks for the registry that its folder is named after. Headers in it are wrapped."""

    tree: Located
    source: str

    def server(self) -> Located | None:
        """The registry's own address, used after all hosts; containerd takes the folder's name without it."""
        return self.tree.at("server")

    def hosts(self) -> tuple[tuple[str, Located], ...]:
        """Each address that is tried, in order, with its settings (capabilities, ca, client, skip_verify …)."""
        table = self.tree.at("host")
        return tuple(table.entries().items()) if table is not None else ()


@dataclass(frozen=True, slots=True)
class HostsTomls:
    """Every hosts.toml of the host, sorted by path."""

    files: tuple[HostsToml, ...]


def parse_hosts_toml(data: bytes, source: str) -> HostsToml:
    """The settings in `data`, which was read from `source`. Raises UnreadableError where it is not TOML.

    Source of the format: containerd, docs/hosts.md and core/remotes/docker/config/hosts.go.
    """
    return HostsToml(toml_tree.parse(data, source, seal=_seal), source)


def _seal(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    if "header" in path[:-1] and text:
        return Secret(text, "header")
    return seal_shape(text, value)
