"""regdoctor's command line in processes that have everything imported already: half a run is imports otherwise.

Each run is a process of its own all the same, forked from a server that did nothing but import (multiprocessing's
forkserver); it ends by regdoctor's own `main`, with its own streams, environment and exit code.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pkgutil
import resource
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

import regdoctor

_LIMIT = 120.0
"""Seconds that a run may take."""
_IMPORTED_LATE = (
    *("botocore.auth", "botocore.awsrequest", "crossplane", "pydantic", "tree_sitter", "tree_sitter_ruby"),
    *("typer._adapters", "urllib3.contrib.pyopenssl", "xml.etree.ElementTree", "zoneinfo"),
)
"""What regdoctor, and what it calls, import only where they need it; what is not there is passed over."""
_ONE_AT_A_TIME = threading.Lock()
"""Starting a process asks after all others, and of two who ask after the same one the second gets no exit code."""


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
        streams = tuple(Path(name, stream) for stream in ("in", "out", "err"))
        streams[0].write_text(stdin, "utf-8")
        process = _context().Process(target=_main, args=(tuple(words), streams, dict(environment), folder, memory))
        with _ONE_AT_A_TIME:
            process.start()
        ended = wait([process.sentinel], _LIMIT)
        with _ONE_AT_A_TIME:
            if not ended:
                process.kill()
            process.join()
            code = process.exitcode
        if not ended or code is None:
            raise TimeoutExpired(list(words), _LIMIT)
        out, err = (stream.read_text("utf-8") for stream in streams[1:])
        return CompletedProcess(list(words), code, out, err)


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    modules = pkgutil.walk_packages(regdoctor.__path__, "regdoctor.")
    # The lab is no part of a run, and __main__ is what each run begins with.
    wanted = [one.name for one in modules if not one.name.startswith(("regdoctor.lab", "regdoctor.__main__"))]
    context.set_forkserver_preload([*wanted, *_IMPORTED_LATE])
    return context


def _main(
    words: tuple[str, ...],
    streams: tuple[Path, ...],
    environment: dict[str, str],
    folder: Path | None,
    memory: int | None,
) -> None:
    """What the new process does: its streams and its surroundings first, then what `python -m regdoctor` does."""
    gc.freeze()  # collections need not walk through, and so copy, what the server imported
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # whatever TMPDIR the server had
    if folder is not None:
        os.chdir(folder)
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for the life of the process
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.argv = ["regdoctor", *words]
    from regdoctor.__main__ import main

    main()
