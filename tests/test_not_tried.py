"""What was not tried is told in one sentence, by what it would take."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.injection import Absent
from regdoctor.not_tried import STORE_NOT_ASKED, not_tried, store_not_asked
from regdoctor.probe import NotApplicableError
from regdoctor.probes.bucket import require_live
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


def of_a_copy(storage: str, **target: object) -> Report:
    with pytest.raises(NotApplicableError) as raised:
        require_live(Absent("no host"))
    why = str(raised.value)
    assert STORE_NOT_ASKED in why
    rows = tuple(
        Row(name, "storage", "skip", Severity.INFO, "", why, (), "", None, (), None, "", 0.0)
        for name in ("s3_slow_down", "s3_unreachable", "azure_container_missing")
    )
    return Report(0.0, 0.0, {"storage": storage, **target}, Dialect.PLAIN, rows)


@pytest.mark.parametrize(("storage", "waiting"), [("s3", 2), ("s3_v2", 2), ("azure", 1)])
def test_a_store_that_was_not_asked_is_said_to_be_so(storage: str, waiting: int) -> None:
    report = of_a_copy(storage)

    assert store_not_asked(report).startswith("The object store was not asked: these are files alone.")
    told = not_tried(report)
    assert told.startswith(f"{waiting} check{'s were' if waiting > 1 else ' was'} not tried:")
    assert "the object store asked (on its host: --root /)" in told
    assert f"{3 - waiting} do" in told


def test_what_was_to_be_written_and_was_not_is_said() -> None:
    assert "nothing was written in spite of --allow-writes" in store_not_asked(of_a_copy("s3", allow_writes=True))


def test_a_registry_with_a_folder_has_no_store_to_ask() -> None:
    report = of_a_copy("filesystem")

    assert store_not_asked(report) == ""
    assert not_tried(report) == "3 checks do not apply here; --verbose names them"
