"""What was not tried is told in one sentence, by what it would take."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.not_tried import not_tried
from regdoctor.report import Report, Row

FILES = "only a URL was given: no host's files were looked at (--root, --config)"
WRITES = "starting an upload writes to the registry: not tried without --allow-writes"
IDLE = "this host has no daemon.json of Docker"


def skipped(*reasons: str, **target: str) -> Report:
    rows = tuple(Row("a", "f", "skip", Severity.INFO, "", why, (), "", None, (), None, "", 0.0) for why in reasons)
    return Report(0.0, 0.0, target, Dialect.PLAIN, rows)


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        (
            [WRITES, FILES, FILES, IDLE, IDLE],
            "3 checks were not tried: they need the host's files (--root), --allow-writes; 2 do not apply here; "
            "--verbose names them",
        ),
        ([WRITES], "1 check was not tried: it needs --allow-writes; --verbose names it"),
        ([WRITES, IDLE], "1 check was not tried: it needs --allow-writes; 1 does not apply here; --verbose names them"),
        ([IDLE], "1 check does not apply here; --verbose names it"),
        ([IDLE, IDLE], "2 checks do not apply here; --verbose names them"),
        (["no job runs with --delete-untagged"], "1 check does not apply here; --verbose names it"),
        (["tokens live 5 min; --allow-writes measures, --layer-size says"], "1 check was not tried: it needs "
         "--allow-writes; --verbose names it"),
    ],
)  # fmt: skip
def test_the_sentence_names_what_serves_most_first(reasons: list[str], sentence: str) -> None:
    assert not_tried(skipped(*reasons)) == sentence


def test_who_gave_a_hosts_files_is_not_asked_for_them_again() -> None:
    told = not_tried(skipped("one instance is examined; name the others' trees (--root) beside it", root="/"))

    assert told == "1 check was not tried: it needs further nodes' files (--root); --verbose names it"
