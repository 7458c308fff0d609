"""Starting an upload: it is cancelled whatever happens, and nothing else is ever touched."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import upload_start as module
from regdoctor.probes import uploads
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

UPLOADS = "/v2/regdoctor/upload-test/blobs/uploads/"
UPLOAD = f"{UPLOADS}0b6f0a7a-1d5c-4cbb?_state=AAAA-bbbb"
BASIC = TokenSource(True, "", "", "", scheme="basic", login=Login("alice", Secret("correct horse", "password")))
UNKNOWN = b'{"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]}'
OPEN = TokenSource(False, "", "", "")
AUTHORIZATION = f"Basic {base64.b64encode(b'alice:correct horse').decode()}"


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger of a user of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Ledger()


def registry(serve: Callable[..., Any], location: str = UPLOAD, status: int = 204, body: bytes = b"") -> Any:
    """A registry that sends the client to `location` and answers DELETE with `status`."""

    def answer(one: Any) -> tuple[int, dict[str, str], bytes]:
        if one.method == "POST":
            return 202, {"Location": location}, b""
        return (200, {}, b"{}") if one.path == "/v2/" else (status, {}, body)

    return serve(answer)


def written(server: Any) -> list[str]:
    """What it was asked, but for whether it takes the login."""
    return [one for one in server.asked() if one != "GET /v2/"]


def gather(url: str, door: Http, source: TokenSource = BASIC, **options: Any) -> UploadStart:
    """The probe's answer."""
    at = Endpoints(Endpoint(url, Quote("", "")), None, None, None)
    found = module.upload_start.gather(
        Target(**{"allow_writes": True, **options}), at, source, door, Absent("none"), Absent("none")
    )
    assert isinstance(found, UploadStart)
    return found


def test_an_upload_is_started_and_cancelled(serve: Callable[..., Any], door: Http, ledger: Ledger) -> None:
    server = registry(serve)
    found = gather(server.url, door)
    assert (found.cancelled, found.location) == (True, UPLOAD)
    assert written(server) == [f"POST {UPLOADS}", f"DELETE {UPLOAD}"]
    assert ledger.entries(server.url) == ()
    assert {one.headers["Authorization"] for one in server.seen} == {AUTHORIZATION}


def test_the_repository_that_was_named_is_used(serve: Callable[..., Any], door: Http) -> None:
    server = registry(serve, "/v2/a/b/blobs/uploads/1")
    assert gather(server.url, door, repository="a/b").cancelled
    assert written(server) == ["POST /v2/a/b/blobs/uploads/", "DELETE /v2/a/b/blobs/uploads/1"]


def test_without_leave_to_write_nothing_is_sent_and_nothing_is_noted(
    serve: Callable[..., Any], door: Http, ledger: Ledger
) -> None:
    server = registry(serve)
    ledger.add(Entry("upload", server.url, "regdoctor/upload-test", UPLOAD))
    with pytest.raises(NotApplicableError, match="not tried without --allow-writes"):
        gather(server.url, door, allow_writes=False)
    assert server.seen == []


@pytest.mark.parametrize("kind", ["other host", "other scheme", "without a scheme", "relative", "prefix"])
def test_the_upload_is_cancelled_where_it_was_started_wherever_location_leads(
    serve: Callable[..., Any], door: Http, kind: str
) -> None:
    thief = serve(lambda _: (204, {}, b""))
    location = {
        "other host": f"{thief.url}{UPLOAD}",
        "other scheme": f"https{thief.url.removeprefix('http')}{UPLOAD}",
        "without a scheme": f"{thief.url.removeprefix('http:')}{UPLOAD}",
        "relative": UPLOAD.rpartition("/")[2],
        "prefix": f"/prefix{UPLOAD}",
    }[kind]
    server = registry(serve, location)
    found = gather(server.url, door)
    assert (found.location, found.cancelled) == (location, True)
    assert written(server)[1] == f"DELETE {'/prefix' if kind == 'prefix' else ''}{UPLOAD}"
    assert thief.seen == []


@pytest.mark.parametrize(
    "location",
    [
        "/v2/library/important/manifests/latest",
        "/v2/regdoctor/upload-test/manifests/latest",
        "/v2/library/important/blobs/uploads/1",
        f"{UPLOADS}../../manifests/latest",
        f"{UPLOADS}..%2f..%2fmanifests/latest",
        f"{UPLOADS}..",
        "http://evil.invalid/v2/x/../library/a/v2/regdoctor/upload-test/blobs/uploads/1",
        "//evil.invalid/other",
        "x:y",
        "file:///etc/passwd",
        UPLOADS,
        "?",
    ],
)
def test_nothing_but_the_upload_can_be_removed(
    serve: Callable[..., Any], door: Http, ledger: Ledger, location: str
) -> None:
    server = registry(serve, location)
    found = gather(server.url, door)
    assert not found.cancelled
    assert written(server) == [f"POST {UPLOADS}"]
    assert ledger.entries(server.url) == ()


def test_a_location_that_is_no_url_or_is_not_there_is_said(serve: Callable[..., Any], door: Http) -> None:
    no_url, nothing = "its Location is no URL", "no upload could be started"
    folded = f"http://evil.invalid/x\r\n {UPLOAD}"
    for location, words in (("http://[bad", no_url), (folded, no_url), ("", nothing)):
        server = registry(serve, location)
        with pytest.raises(CouldNotGatherError, match=words) as caught:
            gather(server.url, door)
        assert "\n" not in str(caught.value)
        assert written(server) == [f"POST {UPLOADS}"]


def test_what_the_registry_does_not_know_any_more_is_gone(
    serve: Callable[..., Any], door: Http, ledger: Ledger
) -> None:
    server = registry(serve, status=404, body=UNKNOWN)
    assert gather(server.url, door).cancelled
    assert ledger.entries(server.url) == ()


@pytest.mark.parametrize("status", [401, 403, 405, 500, 307])
def test_a_refused_cancellation_stays_in_the_ledger_and_is_tried_again(
    serve: Callable[..., Any], door: Http, ledger: Ledger, status: int
) -> None:
    statuses = {"POST": itertools.repeat(202), "DELETE": iter([status, 204, 204]), "GET": itertools.repeat(200)}
    server = serve(lambda one: (next(statuses[one.method]), {"Location": UPLOAD}, b""))
    assert not gather(server.url, door).cancelled
    (entry,) = ledger.entries(server.url)
    assert (entry.repository, entry.path) == ("regdoctor/upload-test", UPLOAD)
    assert gather(server.url, door).cancelled
    assert written(server)[2:] == [f"DELETE {UPLOAD}", f"POST {UPLOADS}", f"DELETE {UPLOAD}"]
    assert ledger.entries(server.url) == ()


def test_entries_of_other_registries_and_of_other_shapes_are_left_alone(
    serve: Callable[..., Any], door: Http, ledger: Ledger
) -> None:
    server, other = registry(serve), registry(serve)
    ledger.add(Entry("upload", other.url, "regdoctor/upload-test", UPLOAD))
    ledger.add(Entry("upload", server.url, "a/b", "/v2/a/b/manifests/latest"))
    ledger.add(Entry("upload", server.url, "a/b", ".evil.invalid/v2/a/b/blobs/uploads/1"))
    gather(server.url, door)
    assert other.seen == []
    assert written(server) == [f"POST {UPLOADS}", f"DELETE {UPLOAD}"]


def test_a_refused_start_is_said(serve: Callable[..., Any], door: Http, ledger: Ledger) -> None:
    for status in (200, 307, 403, 404, 500):
        server = serve(
            lambda one, status=status: (200 if one.path == "/v2/" else status, {"Location": "/elsewhere"}, b"")
        )
        with pytest.raises(CouldNotGatherError, match=rf"no upload could be started: POST .* → {status}"):
            gather(server.url, door)
        assert len(written(server)) == 1


def test_a_start_without_an_answer_stays_noted(door: Http, ledger: Ledger, dead_url: str) -> None:
    none = Absent("none")
    with pytest.raises(CouldNotGatherError):
        uploads.Uploads(door, OPEN, ledger, none, none).start("a/b", dead_url)
    (entry,) = ledger.entries(dead_url)
    assert (entry.kind, entry.repository) == ("start", "a/b")


def test_no_token_for_an_earlier_runs_repository_does_not_stop_this_run(
    serve: Callable[..., Any], door: Http, ledger: Ledger
) -> None:
    def route(one: Any) -> Any:
        if one.path.startswith("/jwt"):
            return (403, {}, b"{}") if "gone" in one.path else (200, {}, b'{"token": "some.opaque.token"}')
        return (202, {"Location": UPLOAD}, b"") if one.method == "POST" else (204, {}, b"")

    server = serve(route)
    left = Entry("upload", server.url, "gone", "/v2/gone/blobs/uploads/1")
    ledger.add(left)
    source = TokenSource(True, server.url, f"{server.url}/jwt", "r", login=BASIC.login)
    assert gather(server.url, door, source).cancelled
    assert ledger.entries(server.url) == (left,)


def test_where_nothing_can_be_noted_nothing_is_written_to_the_registry(
    serve: Callable[..., Any], door: Http, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file in the way")
    server = registry(serve)
    with pytest.raises(CouldNotGatherError, match=r"cannot be kept: .*state.*XDG_STATE_HOME"):
        gather(server.url, door)
    assert server.seen == []


CHILD = """
import sys
from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probes.upload_start import upload_start
from regdoctor.target import Target
at = Endpoints(Endpoint(sys.argv[1], Quote("", "")), None, None, None)
source, none = TokenSource(False, "", "", ""), Absent("none")
upload_start.gather(Target(allow_writes=True), at, source, Http(TrustedCAs()), none, none)
"""


def test_what_a_killed_run_leaves_the_next_run_removes(serve: Callable[..., Any], door: Http, ledger: Ledger) -> None:
    asked, killed = threading.Event(), threading.Event()

    def route(one: Any) -> Any:
        if one.method == "POST":
            return 202, {"Location": UPLOAD}, b""
        if killed.is_set():
            return 204, {}, b""
        asked.set()
        killed.wait(30)
        return 500, {}, b""

    server = serve(route)
    child = subprocess.Popen([sys.executable, "-c", CHILD, server.url])
    assert asked.wait(30)
    child.kill()
    child.wait(10)
    killed.set()
    assert [one.path for one in ledger.entries(server.url)] == [UPLOAD]
    assert json.loads(ledger.path.read_text())[0]["kind"] == "upload"
    before = len(server.seen)
    assert gather(server.url, door, OPEN).cancelled
    assert written(server)[before] == f"DELETE {UPLOAD}"
    assert ledger.entries(server.url) == ()


def test_all_requests_fit_into_the_limit() -> None:
    start_and_cancel = uploads.REQUESTS_OF_A_START + uploads.REQUESTS_OF_A_CANCELLATION
    begun_while_cleaning = uploads.CLEANING + uploads.REQUESTS_OF_A_CANCELLATION * uploads.DEADLINE
    assert module.upload_start.limit >= begun_while_cleaning + start_and_cancel * uploads.DEADLINE


def test_an_upload_whose_state_is_stale_stays_noted_until_the_registry_has_purged_it(
    serve: Callable[..., Any], door: Http, ledger: Ledger
) -> None:
    stale = b'{"errors": [{"code": "BLOB_UPLOAD_INVALID"}]}'
    answers = iter([stale, stale, UNKNOWN, UNKNOWN])

    def route(one: Any) -> Any:
        return (202, {"Location": UPLOAD}, b"") if one.method == "POST" else (404, {}, next(answers))

    server = serve(route)
    assert not gather(server.url, door).cancelled
    assert [one.path for one in ledger.entries(server.url)] == [UPLOAD]
    assert gather(server.url, door).cancelled
    assert ledger.entries(server.url) == ()
