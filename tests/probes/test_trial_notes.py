"""What a trial writes stands in the ledger under the address by which it can be removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_notes import TrialNotes, path_of

HERE = "http://r.example.com"
UPLOADS = "/v2/a/b/blobs/uploads/"


@pytest.fixture
def notes(tmp_path: Path) -> TrialNotes:
    """The notes of a trial that has written nothing yet."""
    return TrialNotes(Ledger(tmp_path / "ledger.json"), HERE, "a/b")


def noted(notes: TrialNotes) -> list[str]:
    """The paths that the ledger has, which are those that the notes have."""
    paths = [entry.path for entry in notes.ledger.entries(HERE)]
    assert paths == [entry.path for entry in notes.entries]
    return paths


def test_things_are_noted_and_struck_out(notes: TrialNotes) -> None:
    entry = notes.note("tag", "manifests/regdoctor-trial-0000000000000000")
    assert noted(notes) == ["/v2/a/b/manifests/regdoctor-trial-0000000000000000"]
    notes.strike(entry)
    assert noted(notes) == []


def test_the_start_of_an_upload_is_noted_by_its_moment(notes: TrialNotes) -> None:
    entry = notes.note_start()
    assert entry.subject is not None
    assert noted(notes) == [f"{UPLOADS}{entry.subject}"]
    notes.strike(entry)
    assert noted(notes) == []


def test_an_upload_stands_under_its_last_address(notes: TrialNotes) -> None:
    first = notes.note_upload(f"{UPLOADS}1?_state=a")
    second = notes.note_upload(f"{UPLOADS}1?_state=b", first)
    assert second is not None
    assert noted(notes) == [f"{UPLOADS}1?_state=b"]
    assert notes.note_upload(f"{UPLOADS}1?_state=b", second) is second
    assert noted(notes) == [f"{UPLOADS}1?_state=b"]


def test_an_upload_that_goes_on_under_another_id_leaves_both_to_be_removed(notes: TrialNotes) -> None:
    notes.note_upload(f"{UPLOADS}2", notes.note_upload(f"{UPLOADS}1"))
    assert noted(notes) == [f"{UPLOADS}1", f"{UPLOADS}2"]


@pytest.mark.parametrize("path", ["", "/", UPLOADS, "/v2/other/blobs/uploads/1", "/v2/a/b/manifests/latest"])
def test_what_names_no_upload_leaves_the_entry_as_it_is(notes: TrialNotes, path: str) -> None:
    assert notes.note_upload(path) is None
    first = notes.note_upload(f"{UPLOADS}1")
    assert notes.note_upload(path, first) is first
    assert noted(notes) == [f"{UPLOADS}1"]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (f"https://elsewhere.example.com{UPLOADS}1?_state=a", f"{UPLOADS}1?_state=a"),
        ("1?_state=a", f"{UPLOADS}1?_state=a"),
        ("https://elsewhere.example.com", "/"),
        ("http://[bad", None),
        (f"{UPLOADS}1 2", None),
        (f"{UPLOADS}1\r\nX: y", None),
    ],
)
def test_of_a_location_path_and_query_are_taken(location: str, path: str | None) -> None:
    assert path_of(f"{HERE}{UPLOADS}", location) == path
