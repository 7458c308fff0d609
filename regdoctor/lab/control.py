"""How `lab break` reaches the running lab: a socket in its folder, and a note of the user's where that is."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from regdoctor.lab.errors import LabError

_LONGEST = 64 * 1024
_PATIENCE = 60.0
"""Seconds for the lab to take on another fault."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the running lab answers."""

    command: str = ""
    """The check command that fits the state now; empty where the fault was not taken on."""
    error: str = ""


def pointer_file() -> Path:
    """Where this user's running lab is noted: in XDG_RUNTIME_DIR, else in XDG_STATE_HOME (~/.local/state)."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(runtime or state) / "regdoctor" / "lab.socket-path"


class ControlSocket:
    """The running lab's end; a context manager."""

    def __init__(self, folder: Path) -> None:
        """The socket will lie in `folder`, which only its user may enter."""
        self._path = folder / "control.sock"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        """Listen, and leave the note. Raises LabError where another lab of this user runs."""
        pointer = pointer_file()
        if _is_alive(pointer):
            self._listener.close()
            raise LabError(f"a lab already runs in {Path(pointer.read_text()).parent}; stop it first (Ctrl-C there)")
        try:
            self._listener.bind(str(self._path))
            self._listener.listen(1)
            pointer.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            pointer.touch()
            pointer.chmod(0o600)
            pointer.write_text(str(self._path))
        except BaseException:
            self._listener.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; remove the note if it is still ours."""
        self._hang_up()
        self._listener.close()
        pointer = pointer_file()
        if pointer.is_file() and pointer.read_text() == str(self._path):
            pointer.unlink()

    def next_request(self) -> str:
        """Wait for somebody to name a fault; its name. What is not understood gives an empty name."""
        self._connection, _ = self._listener.accept()
        self._connection.settimeout(5.0)
        try:
            return self._connection.recv(_LONGEST).decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def reply(self, reply: Reply) -> None:
        """Answer the one who asked; one who is gone is not missed."""
        if self._connection is not None:
            text = json.dumps({"command": reply.command, "error": reply.error})
            with contextlib.suppress(OSError):  # they did not wait: the lab has changed all the same
                self._connection.sendall(text.encode())
        self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def refuse_second_lab() -> None:
    """Raises LabError if a lab of this user runs: `lab break` could not tell them apart."""
    pointer = pointer_file()
    if _is_alive(pointer):
        raise LabError(f"a lab already runs in {Path(pointer.read_text()).parent}; stop it first (Ctrl-C there)")


def ask_running_lab(fault: str) -> Reply:
    """Tell this user's lab to take on `fault`, and wait until it has. Raises LabError where none runs."""
    pointer = pointer_file()
    if not _is_alive(pointer):
        raise LabError("no lab runs; start one with: regdoctor lab up")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(pointer.read_text())
            connection.sendall(fault.encode() + b"\n")
            answer: Any = json.loads(connection.recv(_LONGEST) or b"{}")
        except (OSError, ValueError) as error:
            raise LabError(f"the lab does not answer: {error}") from error
    if not answer:
        raise LabError("the lab was stopped before it answered")
    return Reply(str(answer["command"]), str(answer["error"]))


def _is_alive(pointer: Path) -> bool:
    """Whether somebody listens on the socket that the note names."""
    try:
        path = pointer.read_text("utf-8")
    except OSError:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
        except OSError:
            return False
    return True
