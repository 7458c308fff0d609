"""A block of what to set for one client, and the facts of the capture that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a capture stands."""

    address: str
    """Host and port, as clients of this machine reach it."""
    url: str
    """The registry; may be empty in regular mode."""
    is_reverse: bool
    keeps_host: bool
    """Whether the registry is called by the capture's own address, in reverse mode."""
    authority: Path
    """The certificate of the capture's authority, which exists while it runs."""
    record: Path | None

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.address.rpartition(":")[0]

    @property
    def registry(self) -> str:
        """The registry as image names begin with it: host, and port where it is not the scheme's own."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Block:
    """For one client."""

    title: str
    words: str
    do: str = ""
    """Lines to paste into a shell; empty where there is nothing to do."""
    undo: str = ""
    """Lines to paste into a shell afterwards."""
    text: str = ""
    """What to put into a file that `words` name."""


def drop_in(service: str, variables: str) -> tuple[str, str]:
    """Lines that give a systemd service these variables by a file of its own, and lines that take it away."""
    folder = f"/etc/systemd/system/{service}.service.d"
    restart = f"sudo systemctl daemon-reload\nsudo systemctl restart {service}\n"
    do = (
        f"sudo mkdir -p {folder}\n"
        f"sudo tee {folder}/regdoctor-capture.conf <<'EOF'\n[Service]\nEnvironment={variables}\nEOF\n{restart}"
    )
    return do, f"sudo rm {folder}/regdoctor-capture.conf\n{restart}"


def file_in_place(path: str, text: str) -> tuple[str, str]:
    """Lines that write a file and put aside what was there, and lines that bring that back."""
    aside = f"{path}.before-regdoctor-capture"
    do = (
        f"sudo mkdir -p '{path.rpartition('/')[0]}'\n"
        f"sudo sh -c \"test -e '{aside}' || test ! -e '{path}' || mv '{path}' '{aside}'\"\n"
        f"sudo tee '{path}' <<'EOF'\n{text}EOF\n"
    )
    undo = f"sudo rm '{path}'\nsudo sh -c \"test ! -e '{aside}' || mv '{aside}' '{path}'\"\n"
    return do, undo
