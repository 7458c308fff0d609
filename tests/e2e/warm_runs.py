"""regdoctor's command line in processes that have everything imported already; each ends by regdoctor's own `main`."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from tests.e2e.warm_process import WarmProcess, settle

_LIMIT = 120.0
"""Seconds that a run may take."""


def run(
    words: Sequence[str],
    *,
    stdin: str,
    environment: Mapping[str, str],
    folder: Path | None = None,
    memory: int | None = None,
) -> CompletedProcess[str]:
    """`regdoctor` with these words. Raises TimeoutExpired after two minutes.

    folder: to work in; memory: bytes of address space that it may have, threads' stacks and mapped libraries included.
    Several may run side by side, each called by a thread of its own.
    """
    with tempfile.TemporaryDirectory(prefix="regdoctor-run-") as name:
        streams = Path(name, "in"), Path(name, "out"), Path(name, "err")
        streams[0].write_text(stdin, "utf-8")
        process = WarmProcess(_main, tuple(words), streams, dict(environment), folder, memory)
        try:
            code = process.wait(_LIMIT)
        except TimeoutExpired:
            process.kill()
            process.wait()
            raise
        out, err = (stream.read_text("utf-8") for stream in streams[1:])
        return CompletedProcess(list(words), code, out, err)


def start(words: Sequence[str], *, environment: Mapping[str, str], stdin: Path) -> WarmProcess:
    """`regdoctor` with these words, as it begins; nobody reads what it says.

    stdin: its input; a FIFO holds it up until somebody has that open for writing.
    """
    nowhere = Path(os.devnull)
    return WarmProcess(_main, tuple(words), (stdin, nowhere, nowhere), dict(environment), None, None)


def _main(
    words: tuple[str, ...],
    streams: tuple[Path, Path, Path],
    environment: dict[str, str],
    folder: Path | None,
    memory: int | None,
) -> None:
    """What the new process does: its streams and its surroundings first, then what `python -m regdoctor` does."""
    settle(streams, environment)
    if folder is not None:
        os.chdir(folder)
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.argv = ["regdoctor", *words]
    from regdoctor.__main__ import main

    main()
