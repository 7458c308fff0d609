"""The ledger of what is to be removed: private, whole at every moment, and of use after any accident."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regdoctor.probes.ledger import Entry, Ledger

HERE, THERE = "https://a.example.com", "https://b.example.com"


def entry(number: int, registry: str = HERE) -> Entry:
    """One upload."""
    return Entry("upload", registry, "a/b", f"/v2/a/b/blobs/uploads/{number}?_state=x")


def test_entries_come_back_by_registry_until_they_are_struck_out(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new/folder/ledger.json")
    assert ledger.entries(HERE) == ()
    assert not ledger.path.parent.exists()  # looking alone writes nothing
    for one in (entry(1), entry(2), entry(3, THERE)):
        ledger.add(one)
    assert Ledger(ledger.path).entries(HERE) == (entry(1), entry(2))
    ledger.remove(entry(1))
    ledger.remove(entry(9))
    assert ledger.entries(HERE) == (entry(2),)
    assert ledger.entries(THERE) == (entry(3, THERE),)


def test_the_file_is_for_its_owner_alone_even_where_it_was_not(tmp_path: Path) -> None:
    path = tmp_path / "state/ledger.json"
    Ledger(path).add(entry(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    Ledger(path).add(entry(2))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_side_by_side_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    program = (
        "import sys; from pathlib import Path; from regdoctor.probes.ledger import Entry, Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for n in range(25): ledger.add(Entry('upload', 'https://a.example.com', 'r', sys.argv[2] + str(n)))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in ("x", "y")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    expected = {f"{name}{number}" for name in "xy" for number in range(25)}
    assert {one.path for one in Ledger(path).entries(HERE)} == expected


@pytest.mark.parametrize("content", [b"", b'[{"kind": "upl', b"\xff\xfe\0", b"5", b"null", b"[" * 100_000])
def test_a_torn_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.json"
    path.write_bytes(content)
    assert Ledger(path).entries(HERE) == ()
    Ledger(path).add(entry(1))
    assert Ledger(path).entries(HERE) == (entry(1),)


def test_a_row_that_is_none_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    good = {"kind": "upload", "registry": HERE, "repository": "a/b", "path": entry(1).path}
    path.write_text(json.dumps([5, {"kind": "upload"}, good | {"path": 7}, good | {"more": "x"}, good]))
    assert Ledger(path).entries(HERE) == (entry(1),)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(tmp_path / "ledger.json")
    ledger.add(entry(1))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("regdoctor.probes.ledger.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        ledger.add(entry(2))
    assert ledger.entries(HERE) == (entry(1),)
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_place_that_cannot_be_written_is_told_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Ledger(tmp_path / "file/ledger.json").prepare()


def test_the_users_own_place_follows_the_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert Ledger().path == tmp_path / "state/regdoctor/ledger.json"
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert Ledger().path == tmp_path / ".local/state/regdoctor/ledger.json"

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(OSError, match="no home folder"):
        Ledger()


def test_what_earlier_versions_noted_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    row = {"kind": "upload", "registry": HERE, "repository": "a/b", "path": entry(1).path}
    path.write_text(json.dumps([row, row | {"owner": "../../etc/passwd", "path": entry(2).path}]))
    assert Ledger(path).left_behind(HERE) == (entry(1), entry(2))


def test_what_a_run_that_goes_on_has_noted_is_not_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    program = (
        "import sys; from pathlib import Path; from regdoctor.probes.ledger import Entry, Ledger\n"
        f"Ledger(Path(sys.argv[1])).add(Entry('upload', '{HERE}', 'a/b', '{entry(1).path}'))\n"
        "print('noted', flush=True); sys.stdin.read()"
    )
    ledger = Ledger(path)
    ledger.add(entry(2))
    words = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"noted\n"
        assert ledger.entries(HERE) == (entry(2), entry(1))
        assert ledger.left_behind(HERE) == (entry(2),)  # a process begins nothing before it cleans up
        other.kill()
    assert ledger.left_behind(HERE) == (entry(2), entry(1))


def test_a_ledger_that_is_empty_leaves_no_mark_of_a_run(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.json")
    ledger.add(entry(1))
    ledger.add(entry(2))
    ledger.remove(entry(1))
    assert len(list(tmp_path.glob("run-*"))) == 1
    ledger.remove(entry(2))
    assert list(tmp_path.glob("run-*")) == []


@pytest.mark.parametrize(
    "path",
    [
        "/v2" * 10_000 + "/blobs/uploads" * 2300,
        "/v2/a/b/blobs/uploads/" * 2800,
        "/v2/a/b/blobs/uploads/1?" + "x" * 62_000,
        "/v2/a/b/blobs/uploads/" + "a" * 4000 + "/v2/a/b/blobs/uploads/" + "%",
    ],
    ids=["v2", "uploads", "query", "long ID"],
)
def test_a_path_of_any_length_is_judged_at_once(path: str) -> None:
    began = time.process_time()
    assert [Entry("upload", HERE, "a/b", path).subject for _ in range(100)] == [None] * 100
    assert time.process_time() - began < 1


DIGEST = f"sha256:{'0a' * 32}"
TAG = f"regdoctor-trial-{'0a' * 8}"


@pytest.mark.parametrize(
    ("kind", "path", "subject"),
    [
        ("upload", "/v2/a/b/blobs/uploads/1?_state=x%2F", "1"),
        ("upload", "/prefix/v2/a/b/blobs/uploads/1", "1"),
        ("upload", "/v2/x/v2/a/b/blobs/uploads/1", "1"),
        ("manifest", f"/v2/a/b/manifests/{DIGEST}", DIGEST),
        ("tag", f"/v2/a/b/manifests/{TAG}", TAG),
        ("blob", f"/v2/a/b/blobs/{DIGEST}", DIGEST),
        ("start", "/v2/a/b/blobs/uploads/2026-11-24T00:13:28Z", "2026-11-24T00:13:28Z"),
    ],
)
def test_an_entry_names_what_it_is_to_remove(kind: str, path: str, subject: str) -> None:
    assert Entry(kind, HERE, "a/b", path).subject == subject


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("upload", "/v2/a/c/blobs/uploads/1"),
        ("upload", "/v2/a/b/blobs/uploads/.."),
        ("upload", "/v2/a/b/blobs/uploads/"),
        ("upload", "/x/../v2/a/b/blobs/uploads/1"),
        ("upload", "/v2/a/b/manifests/latest"),
        ("upload", "/v2/a/b/blobs/uploads/1\n"),
        ("upload", ".evil.invalid/v2/a/b/blobs/uploads/1"),
        ("manifest", "/v2/a/b/manifests/latest"),
        ("manifest", f"/v2/a/c/manifests/{DIGEST}"),
        ("manifest", f"/v2/a/b/manifests/{DIGEST}/../latest"),
        ("tag", "/v2/a/b/manifests/latest"),
        ("tag", f"/v2/a/b/manifests/{DIGEST}"),
        ("blob", f"/v2/a/b/manifests/{DIGEST}"),
        ("start", "/v2/a/b/blobs/uploads/1"),
        ("start", "/prefix/v2/a/b/blobs/uploads/2026-11-24T00:13:28Z"),
        ("blob", f"/v2/a/b/blobs/{DIGEST[:-1]}"),
        ("blob", f"/prefix/v2/a/b/blobs/{DIGEST}"),
        ("blob", f"/v2/a/b/blobs/{DIGEST}?x"),
        ("other", "/v2/a/b/blobs/uploads/1"),
    ],
)
def test_an_entry_that_leads_anywhere_else_names_nothing(kind: str, path: str) -> None:
    assert Entry(kind, HERE, "a/b", path).subject is None


@pytest.mark.parametrize("repository", ["", "../etc", "A/b", "a//b", "a/_uploads"])
def test_an_entry_of_what_cannot_be_a_repository_names_nothing(repository: str) -> None:
    assert Entry("upload", HERE, repository, f"/v2/{repository}/blobs/uploads/1").subject is None
