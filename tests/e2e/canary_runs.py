"""Runs regdoctor where nothing else writes, and gives back every byte that the run left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e import warm_runs

FOLDERS = {"HOME": "home", "XDG_STATE_HOME": "state", "TMPDIR": "tmp", "XDG_RUNTIME_DIR": "runtime"}
REPORTS = tuple(
    word for form in ("json", "short", "human") for word in ("--format", form, "--output", f"report.{form}")
)
"""Every format of a report in one run: three files in the working folder."""

_THIS_USERS = ("DOCKER_AUTH_CONFIG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME")
"""Variables that logins are read from, beside those of GitLab's jobs: no login of whoever runs the tests comes in."""


@dataclass(frozen=True)
class Run:
    """How a run ended, and all that it wrote, by place."""

    code: int
    written: Mapping[str, bytes]

    @property
    def told(self) -> str:
        """Standard output and standard error."""
        return (self.written["stdout"] + self.written["stderr"]).decode()


@dataclass(frozen=True)
class Place:
    """A home, a state, a temporary and a working folder for one run; `planted` stood there before it."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    planted: dict[Path, bytes] = field(default_factory=dict)

    def plant(self, path: str, text: str, mode: int = 0o600) -> Path:
        """A file that is there before the run."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        self.planted[file] = file.read_bytes()
        return file

    def run(self, words: Sequence[str], stdin: str = "") -> Run:
        """`regdoctor` with these words, with nothing of this user's own settings."""
        done = warm_runs.run(words, stdin=stdin, environment=self._environment(), folder=self._work())
        return self._run(done.returncode, done.stdout.encode(), done.stderr.encode())

    def run_into_a_closed_pipe(self, words: Sequence[str], stdin: str = "") -> Run:
        """The same, with standard output going to one who has left."""
        reading, writing = os.pipe()
        os.close(reading)
        try:
            return self._spawn(["-m", "regdoctor", *words], stdin, writing)
        finally:
            os.close(writing)

    def run_with(self, bug: str, words: Sequence[str], stdin: str = "") -> Run:
        """The same, after these lines of Python."""
        return self._spawn(["-c", f"{bug}\nfrom regdoctor.__main__ import main\nmain()\n", *words], stdin)

    def _spawn(self, arguments: Sequence[str], stdin: str, out: int = subprocess.PIPE) -> Run:
        done = subprocess.run(
            [sys.executable, *arguments],
            input=stdin.encode(),
            stdout=out,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self._work(),
            timeout=120,
            check=False,
        )
        return self._run(done.returncode, done.stdout or b"", done.stderr)

    def _work(self) -> Path:
        for name in (*FOLDERS.values(), "work"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        return self.folder / "work"

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if name not in _THIS_USERS and not name.startswith("CI_")
        }
        own = {name: str(self.folder / below) for name, below in FOLDERS.items()}
        return {**kept, **own, "COLUMNS": "400", **self.variables}

    def _run(self, code: int, out: bytes, err: bytes) -> Run:
        left = {str(file.relative_to(self.folder)): content for file, content in self._left()}
        return Run(code, {"stdout": out, "stderr": err, **left})

    def _left(self) -> Iterator[tuple[Path, bytes]]:
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                content = file.read_bytes()
                if self.planted.get(file) != content:
                    # A name may hold a secret as well as what is in the file.
                    yield file, str(file).encode() + b"\n" + content


def side_by_side(runs: Mapping[str, tuple[Place, Sequence[str], str]]) -> dict[str, Run]:
    """Several runs at once, each a place of its own, the words and what goes to standard input."""
    with ThreadPoolExecutor(len(runs)) as threads:
        started = {name: threads.submit(place.run, words, stdin) for name, (place, words, stdin) in runs.items()}
        return {name: run.result() for name, run in started.items()}
