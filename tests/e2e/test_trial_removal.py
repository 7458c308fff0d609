"""What a real registry keeps of a trial push is told, and what a killed run left, the next one removes."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from regdoctor.evidence.trial_push import Manner
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.http import Http
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import minimal_environment
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.trial_pushes import DELETES, MANNERS, clean_up, contents, push, start


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


@pytest.fixture
def door() -> Http:
    """The door with the system's trust."""
    return Http(TrustedCAs())


def test_elsewhere_the_unlinked_bytes_are_told(lone_registry: LoneRegistry, door: Http, ledger: Ledger) -> None:
    start(lone_registry)
    before = contents(lone_registry)

    found = push(lone_registry.url, door, ledger)

    assert found.succeeded
    (line,) = found.left
    assert line.startswith(f"the bytes of 3 deleted blobs of {TRIAL_REPOSITORY} stay in the storage; ")
    assert "`registry garbage-collect /etc/docker/registry/config.yml`" in line
    assert line.endswith(f"; {TRIAL_REPOSITORY}, where it is new, stays listed in _catalog")
    assert not found.image_left
    assert ledger.entries(lone_registry.url) == ()
    stay = {path for path in contents(lone_registry).keys() - before.keys() if contents(lone_registry)[path]}
    assert {path.split("/")[3] for path in stay} == {"blobs"}
    assert len(stay) == 3


def test_a_registry_that_deletes_nothing_keeps_the_image_and_what_is_told_removes_it(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, tmp_path: Path
) -> None:
    start(lone_registry, deletes=False)

    found = push(lone_registry.url, door, ledger)

    assert found.succeeded
    (line,) = found.left
    assert "UNSUPPORTED" in line
    assert "switch storage.delete.enabled on" in line
    assert sorted(entry.kind for entry in ledger.entries(lone_registry.url)) == ["blob", "blob", "manifest", "tag"]
    command = line.split("`")[1]
    tag = command.rpartition(":")[2]
    assert lone_registry.ask("GET", f"/v2/{TRIAL_REPOSITORY}/manifests/{tag}").status == 200

    lone_registry.serve(DELETES.format(folder=lone_registry.folder))
    subprocess.run(shlex.split(command), check=True, env=minimal_environment(tmp_path), capture_output=True)
    assert lone_registry.ask("GET", f"/v2/{TRIAL_REPOSITORY}/manifests/{tag}").status == 404

    assert len(clean_up(lone_registry, door, ledger)) == 1  # the two blobs' bytes
    assert ledger.entries(lone_registry.url) == ()


def test_with_its_storage_at_hand_nothing_stays_even_of_one_that_deletes_nothing(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger
) -> None:
    start(lone_registry, deletes=False)
    before = contents(lone_registry)

    found = push(lone_registry.url, door, ledger, config=lone_registry.config())

    assert (found.stopped, found.left) == ("", ())
    assert contents(lone_registry) == before
    assert ledger.entries(lone_registry.url) == ()


CHILD = """
import sys, threading
from pathlib import Path
from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probes import push_steps, trial_push
from regdoctor.probes.ledger import Ledger
url, ledger, manner, at = sys.argv[1:]
step = getattr(push_steps.PushSteps, at)
def stop(*given):
    if at == "_send_body":
        whole = given[3].pieces
        def pieces():
            for number, piece in enumerate(whole()):
                if number == 50:
                    print("now", flush=True)
                    threading.Event().wait()
                yield piece
        given = (*given[:3], type(given[3])(pieces, given[3].length), *given[4:])
        return step(*given)
    print("now", flush=True)
    threading.Event().wait()
setattr(push_steps.PushSteps, at, stop)
none = Absent("none")
trial_push.push_trial(
    Endpoint(url, Quote("", "")), trial_push.TRIAL_REPOSITORY, manner=Manner(manner), size=5_000_000,
    door=Http(TrustedCAs()), source=TokenSource(False, "", "", ""), ledger=Ledger(Path(ledger)),
    installation=none, config=none, deadline=60.0, public=True,
)
"""
"""A run that stops in the middle: of the layer's bytes, before the manifest, or before it is read back."""


@pytest.mark.parametrize("at", ["_send_body", "_push_manifest", "_read_back"])
@pytest.mark.parametrize("manner", MANNERS)
def test_what_a_killed_run_leaves_the_next_one_removes(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, manner: Manner, at: str
) -> None:
    start(lone_registry)
    before = contents(lone_registry)
    words = [sys.executable, "-c", CHILD, lone_registry.url, str(ledger.path), manner.value, at]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        wait_until(lambda: any(path.endswith("/data") for path in contents(lone_registry).keys() - before.keys()), at)
        child.kill()
    if at == "_send_body":
        lone_registry.wait_until(lambda: "client disconnected" in lone_registry.log, "the end of the upload")
    assert ledger.entries(lone_registry.url)
    assert contents(lone_registry) != before

    assert clean_up(lone_registry, door, ledger, lone_registry.config()) == ()

    assert contents(lone_registry) == before
    assert ledger.entries(lone_registry.url) == ()


def test_an_upload_that_broke_off_stays_noted_where_the_registry_does_not_cancel_it(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger
) -> None:
    start(lone_registry)
    words = [sys.executable, "-c", CHILD, lone_registry.url, str(ledger.path), "chunked", "_send_body"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        wait_until(lambda: any(path.endswith("/data") and "_uploads" in path for path in contents(lone_registry)), "")
        child.kill()

    (line,) = clean_up(lone_registry, door, ledger)

    assert "BLOB_UPLOAD_INVALID" in line
    assert "uploadpurging" in line
    assert [entry.kind for entry in ledger.entries(lone_registry.url)] == ["upload"]
