"""What a trial pushed is removed in an order that breaks nothing, and what stays is told with what removes it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.trial_notes import OWN_REPOSITORY, TrialNotes
from regdoctor.probes.trial_removal import Removal, clean_up_trials, collection_words
from tests.probes.fake_registry import UNSUPPORTED, FakeRegistry, fake_registry

OPEN = TokenSource(False, "", "", "")
NONE = Absent("none")
MANIFEST, LAYER, CONFIG = (f"sha256:{digit * 64}" for digit in "123")
TAG = f"regdoctor-trial-{'0' * 16}"


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A fake registry with one image of ours."""
    with fake_registry() as started:
        started.blobs.update({LAYER: b"layer", CONFIG: b"config", "sha256:other": b"other"})
        started.manifests.update({MANIFEST: b"manifest", TAG: b"manifest", "latest": b"other"})
        yield started


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


def note(ledger: Ledger, url: str, repository: str = "a/b") -> None:
    """The image as a push notes it, blobs first."""
    paths = {
        "blob": (f"blobs/{LAYER}", f"blobs/{CONFIG}"),
        "manifest": (f"manifests/{MANIFEST}",),
        "tag": (f"manifests/{TAG}",),
    }
    for kind, things in paths.items():
        for thing in things:
            ledger.add(Entry(kind, url, repository, f"/v2/{repository}/{thing}"))


def clean_up(
    url: str, ledger: Ledger, door: Http, *, source: TokenSource = OPEN, deadline: float = 10.0
) -> tuple[str, ...]:
    """What the next run does first."""
    return clean_up_trials(
        url, door=door, source=source, ledger=ledger, installation=NONE, config=NONE, deadline=deadline, is_public=True
    )


def test_the_manifest_goes_first_and_nothing_else_is_hurt(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    note(ledger, registry.url)
    (line,) = clean_up(registry.url, ledger, door)
    assert registry.asked()[0] == "DELETE manifests/digest"
    assert registry.blobs == {"sha256:other": b"other"}
    assert registry.manifests == {"latest": b"other"}
    assert ledger.entries(registry.url) == ()
    assert line.startswith("the bytes of 3 deleted blobs of a/b stay in the storage")
    assert "`registry garbage-collect /etc/docker/registry/config.yml`" in line
    assert line.endswith("a/b, where it is new, stays listed in _catalog")


@pytest.mark.parametrize("with_traces", [True, False])
def test_the_traces_of_cancelled_uploads_are_told_where_they_are_wanted(
    registry: FakeRegistry, ledger: Ledger, door: Http, with_traces: bool
) -> None:
    entry = Entry("upload", registry.url, "a/b", "/v2/a/b/blobs/uploads/1")
    ledger.add(entry)
    registry.instead = lambda _: (204, {}, b"")
    removal = Removal(door, OPEN, ledger, NONE, NONE, is_public=True)
    lines = removal.remove([entry], time.monotonic() + 10, with_traces=with_traces)
    assert [line.startswith("1 cancelled uploads of a/b: ") for line in lines] == [True] * with_traces
    assert ledger.entries(registry.url) == ()


def test_without_a_note_nothing_is_asked(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    note(ledger, "http://elsewhere.example.com")
    ledger.add(Entry("manifest", registry.url, "a/b", "/v2/a/b/manifests/latest"))
    ledger.add(Entry("blob", registry.url, "a/b", f"/v2/other/blobs/{LAYER}"))
    assert clean_up(registry.url, ledger, door) == ()
    assert registry.seen == []


@pytest.mark.parametrize("status", [401, 403, 500, 307])
def test_an_image_that_stays_keeps_its_layers_until_a_later_run(
    registry: FakeRegistry, ledger: Ledger, door: Http, status: int
) -> None:
    note(ledger, registry.url)
    registry.instead = lambda one: (status, {}, b"") if one.method == "DELETE" and "manifests" in one.path else None
    (line,) = clean_up(registry.url, ledger, door)
    host = registry.url.removeprefix("http://")
    assert line.startswith(f"{host}/a/b:{TAG} with 2 blobs: DELETE ")
    assert f"→ {status}" in line
    assert f"run `skopeo delete --tls-verify=false docker://{host}/a/b:{TAG}`" in line
    assert "storage.delete" not in line
    assert LAYER in registry.blobs
    assert len(ledger.entries(registry.url)) == 4

    registry.instead = lambda _: None
    clean_up(registry.url, ledger, door)
    assert LAYER not in registry.blobs
    assert ledger.entries(registry.url) == ()


def test_a_registry_that_deletes_nothing_is_asked_once(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    note(ledger, registry.url)
    registry.instead = lambda one: UNSUPPORTED if one.method == "DELETE" else None
    (line,) = clean_up(registry.url, ledger, door)
    assert registry.asked() == ["DELETE manifests/digest"]
    assert "switch storage.delete.enabled on, run `skopeo delete" in line
    assert len(ledger.entries(registry.url)) == 4


def test_an_upload_that_is_refused_stays_noted(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    ledger.add(Entry("upload", registry.url, "a/b", "/v2/a/b/blobs/uploads/1"))
    registry.instead = lambda _: (404, {}, b'{"errors": [{"code": "BLOB_UPLOAD_INVALID"}]}')
    (line,) = clean_up(registry.url, ledger, door)
    assert line.startswith("upload 1 of a/b: DELETE ")
    assert "BLOB_UPLOAD_INVALID" in line
    assert len(ledger.entries(registry.url)) == 1
    registry.instead = lambda _: None
    assert clean_up(registry.url, ledger, door) == ()  # it is unknown by now
    assert ledger.entries(registry.url) == ()


def test_what_a_hostile_server_says_stays_short_and_on_one_line(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    note(ledger, registry.url)
    many = ", ".join(f'{{"code": "\\u001b[31m{"X" * 900}{number}\\n"}}' for number in range(90))
    registry.instead = lambda _: (500, {"Content-Type": "x" * 5000}, f'{{"errors": [{many}]}}'.encode())
    (line,) = clean_up(registry.url, ledger, door)
    assert len(line) < 1000
    assert line.isprintable()


def test_without_a_token_or_time_all_stays_noted(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    note(ledger, registry.url)
    closed = TokenSource(True, registry.url, "", "r")
    (no_token,) = clean_up(registry.url, ledger, door, source=closed)
    (no_time,) = clean_up(registry.url, ledger, door, deadline=0.0)
    assert "the registry wants a token" in no_token
    assert "the time for it was up" in no_time
    assert registry.seen == []
    assert len(ledger.entries(registry.url)) == 4


NOTING = """
import sys
from pathlib import Path
from regdoctor.probes.ledger import Entry, Ledger
ledger, url, path = sys.argv[1:]
Ledger(Path(ledger)).add(Entry("blob", url, "a/b", path))
print("noted", flush=True)
sys.stdin.read()
"""


def test_what_a_run_beside_this_one_has_pushed_is_left_to_it(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    path = f"/v2/a/b/blobs/{LAYER}"
    words = [sys.executable, "-c", NOTING, str(ledger.path), registry.url, path]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"noted\n"
        assert clean_up(registry.url, ledger, door) == ()
        assert (registry.seen, LAYER in registry.blobs) == ([], True)
        other.kill()
    clean_up(registry.url, ledger, door)
    assert LAYER not in registry.blobs
    assert ledger.entries(registry.url) == ()


def test_a_bucket_that_lists_what_is_not_ours_loses_nothing_and_is_told(
    registry: FakeRegistry, ledger: Ledger, door: Http, serve: Callable[..., Any]
) -> None:
    note(ledger, registry.url)
    key = "<Key>accounts.db</Key>"
    bucket = serve(
        lambda one: (
            (404, {}, b"")
            if one.method == "HEAD"
            else (200, {}, f"<ListBucketResult >{key}</ListBucketResult>".encode())
        )
    )
    keys = f'accesskey: key, secretkey: s3cret, bucket: b, regionendpoint: "{bucket.url}"'
    lines = clean_up_trials(
        registry.url,
        door=door,
        source=OPEN,
        ledger=ledger,
        installation=Installation(None, Dialect.PLAIN, live=True),
        config=config(f"storage: {{s3: {{{keys}}}}}\n"),
        deadline=10.0,
        is_public=True,
    )
    assert lines[0].startswith("the storage of a/b was left as it is: the bucket was asked for the keys below ")
    assert "listed 'accounts.db'" in lines[0]
    assert [one.method for one in bucket.seen] == ["HEAD", "GET"]
    assert ledger.entries(registry.url) == ()  # the registry itself has deleted it


@pytest.mark.parametrize(
    ("repository", "at_hand", "removed"),
    [(OWN_REPOSITORY, True, True), (OWN_REPOSITORY, False, False), ("a/b", True, False)],
)
def test_an_upload_whose_id_never_came_is_looked_for_where_nobody_else_writes(
    ledger: Ledger, door: Http, tmp_path: Path, dead_url: str, repository: str, at_hand: bool, removed: bool
) -> None:
    entry = TrialNotes(ledger, dead_url, repository).note_start()
    upload = tmp_path / f"{PREFIX}/repositories/{repository}/_uploads/0b6f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d"
    upload.mkdir(parents=True)
    (upload / "startedat").write_text(entry.subject or "")

    lines = clean_up_trials(
        dead_url,
        door=door,
        source=OPEN,
        ledger=ledger,
        installation=Installation(Path("/"), Dialect.PLAIN, live=True) if at_hand else NONE,
        config=config(f"storage: {{filesystem: {{rootdirectory: '{tmp_path}'}}}}\n") if at_hand else NONE,
        deadline=10.0,
        is_public=True,
    )

    assert upload.exists() is not removed
    assert ["uploadpurging" in line for line in lines] == ([] if removed else [True])
    assert ledger.entries(dead_url) == ()


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (Dialect.OMNIBUS, "`sudo gitlab-ctl registry-garbage-collect`"),
        (Dialect.SOURCE, "`registry garbage-collect /srv/registry.yml`"),
        (Dialect.PLAIN, "`docker-registry garbage-collect /srv/registry.yml`"),
        (Dialect.COMPOSE, "`docker compose run --rm registry garbage-collect /etc/docker/registry/config.yml`"),
        (Dialect.HELM, "-- /bin/registry garbage-collect /etc/docker/registry/config.yml`"),
    ],
)
def test_garbage_is_collected_in_the_installations_words(dialect: Dialect, words: str) -> None:
    here = Installation(Path("/"), dialect, live=True, registry_config=Path("/srv/registry.yml"))
    assert collection_words(here, config("")).endswith(words)


def test_a_metadata_database_collects_by_itself() -> None:
    here = Installation(Path("/"), Dialect.OMNIBUS, live=True)
    assert "by itself" in collection_words(here, config("database: {enabled: true}\n"))
    assert "gitlab-ctl" in collection_words(here, config("database: {enabled: false}\n"))


def config(more: str) -> RegistryConfig:
    """A registry's configuration."""
    return parse_registry_config(f"version: 0.1\n{more}".encode(), "config.yml")
