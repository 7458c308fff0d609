"""Trees of real layouts: the healthy ones give no finding, each broken one gives its own with file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from regdoctor.catalogue import select
from regdoctor.check import Fail, Unknown
from regdoctor.examination import Examination, Judged
from regdoctor.runner import examine
from regdoctor.target import Target

TREES = Path(__file__).parent / "trees"
LAYOUTS = sorted(entry.name for entry in TREES.iterdir() if entry.is_dir() and entry.name != "cases")
Plant = Callable[[str, Path], None]
CASES = sorted((TREES / "cases").glob("*.yaml"))


@dataclass(frozen=True)
class Case:
    """One way to break a tree, as its file says it. See trees/README.md."""

    path: Path
    told: Mapping[str, Any]

    @property
    def check(self) -> str:
        """The check that must find it: the file's name up to two dashes."""
        return self.path.stem.partition("--")[0]

    def break_it(self, root: Path, told: Mapping[str, Any]) -> None:
        """Do to a copy of the healthy tree what the case says."""
        for place, text in told.get("write", {}).items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_text(text)
        for place, edits in told.get("edit", {}).items():
            text = (root / place).read_text()
            for old, new in edits.items():
                assert text.count(old) == 1, f"{place} must hold {old!r} once, not {text.count(old)} times"
                text = text.replace(old, new)
            (root / place).write_text(text)
        for place, text in told.get("append", {}).items():
            with (root / place).open("a") as file:
                file.write(text)
        for place in told.get("remove", ()):
            (root / place).unlink()
        for place, mode in told.get("mode", {}).items():
            (root / place).chmod(mode)


def look_at(root: Path, *more: Path) -> Examination:
    """All that files alone can tell of a tree."""
    return examine(Target(root=root, more_roots=more, offline=True), select(["config"]))


def failures(examination: Examination) -> list[Judged]:
    """The findings."""
    return [item for item in examination.judged if isinstance(item.outcome, Fail)]


def bugs(examination: Examination) -> list[str]:
    """The tracebacks of probes and checks that broke."""
    found = [item.bug for item in examination.gathered] + [item.bug for item in examination.judged]
    return [bug for bug in found if bug]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_healthy_tree_gives_no_finding(layout: str, tmp_path: Path, plant: Plant) -> None:
    plant(layout, tmp_path / "tree")
    examination = look_at(tmp_path / "tree")

    assert [f"{item.check.name}: {item.outcome}" for item in failures(examination)] == []
    assert bugs(examination) == []
    unknown = [f"{item.check.name}: {item.outcome}" for item in examination.judged if isinstance(item.outcome, Unknown)]
    assert unknown == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_broken_tree_gives_its_finding_with_file_and_line(path: Path, tmp_path: Path, plant: Plant) -> None:
    case = Case(path, yaml.safe_load(path.read_text()))
    root, nodes = tmp_path / "tree", [case.told, *case.told.get("beside", ())]
    roots = [root, *(tmp_path / f"tree{number}" for number in range(2, len(nodes) + 1))]
    for place, told in zip(roots, nodes, strict=True):
        plant(case.told["tree"], place)
        case.break_it(place, told)
    examination = look_at(*roots)
    assert bugs(examination) == []

    found = [item.outcome for item in failures(examination) if item.check.name == case.check]
    every = [f"{item.check.name}: {item.outcome}" for item in examination.judged if item.check.name == case.check]
    assert found, f"{case.check} did not fire: {every}"
    quoted = {
        (quote.source, quote.line) for outcome in found if isinstance(outcome, Fail) for quote in outcome.evidence
    }
    for at in case.told["at"]:
        file = roots[at.get("node", 1) - 1] / at["file"]
        assert (str(file), _line(file, at["text"])) in quoted, quoted
    modes = {
        mode
        for outcome in found
        if isinstance(outcome, Fail)
        for mode in (outcome.failure_modes or select([case.check])[0].failure_modes)
    }
    assert set(case.told["failure_modes"]) <= modes
    beside = {item.check.name for item in failures(examination)} - {case.check}
    assert beside == set(case.told.get("also", ())), [
        f"{item.check.name}: {item.outcome}" for item in failures(examination) if item.check.name in beside
    ]


def _line(file: Path, text: str | None) -> int | None:
    """The line, from 1, of the one line that holds the text; None for a finding about the whole file."""
    if text is None:
        return None
    lines = [number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line]
    assert len(lines) == 1, f"{file.name} must hold {text!r} on one line, not on {lines}"
    return lines[0]
