"""A run is going for as long as its process is, whatever ends it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from regdoctor.probes.run_marks import drop_mark, is_over, is_own, take_mark

PROGRAM = """
import sys
from pathlib import Path
from regdoctor.probes.run_marks import take_mark
print(take_mark(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def test_the_run_of_this_process_goes_on_under_one_name(tmp_path: Path) -> None:
    run = take_mark(tmp_path)
    assert take_mark(tmp_path) == run
    assert is_own(tmp_path, run)
    assert not is_over(tmp_path, run)
    drop_mark(tmp_path)
    drop_mark(tmp_path)
    assert is_over(tmp_path, run)
    assert not is_own(tmp_path, run)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_is_over_and_the_next_one_removes_its_mark(tmp_path: Path) -> None:
    words = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        run = other.stdout.readline().strip()
        assert not is_over(tmp_path, run)
        assert not is_own(tmp_path, run)
        own = take_mark(tmp_path)
        assert len(list(tmp_path.iterdir())) == 2
        drop_mark(tmp_path)
        other.kill()
    assert is_over(tmp_path, run)
    own = take_mark(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"run-{own}.lock"]
    drop_mark(tmp_path)


@pytest.mark.parametrize("run", ["", "0" * 16, "../" * 4, "x"])
def test_what_is_no_run_is_over(tmp_path: Path, run: str) -> None:
    assert is_over(tmp_path, run)
