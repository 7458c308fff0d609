"""What of recordings can be read goes on, and what cannot is complained of."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from regdoctor.cli.recordings import complain, expect_many, readable
from regdoctor.formats.raw_exchange import BadRecord
from tests.traffic.conversation import Conversation


def test_what_cannot_be_read_is_put_aside() -> None:
    bad, good = BadRecord("record 1", "torn"), Conversation().ask("GET", "/v2/", 200)
    unread: list[BadRecord] = []

    assert list(readable([bad, good], unread)) == [good]
    assert unread == [bad]


def test_the_first_few_pieces_are_named_and_the_rest_counted(capsys: pytest.CaptureFixture[str]) -> None:
    complain([BadRecord(f"record {number}", "torn") for number in range(8)], [Path("a.flow")])

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "regdoctor: a.flow: record 0: torn"
    assert lines[-1] == "regdoctor: a.flow: 3 more pieces cannot be read"
    assert len(lines) == 6


def test_what_is_imported_is_not_looked_through_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(gc, "set_threshold", done.append)

    expect_many()

    assert done[0] == "freeze"
    assert int(str(done[1])) > 700  # what Python begins with
