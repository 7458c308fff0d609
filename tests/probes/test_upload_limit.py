"""Growing uploads: they stop at the first refusal, leave nothing behind, and go to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_limit import UploadLimit
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import upload_limit as module
from regdoctor.probes.ledger import Ledger
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

UPLOADS = "/v2/regdoctor/upload-test/blobs/uploads/"
MIB = 1 << 20
OPEN = TokenSource(False, "", "", "")
UNKNOWN = b'{"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]}'


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger of a user of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Ledger()


@dataclass
class Registry:
    """A registry that takes uploads, and what stands before it."""

    url: str = ""
    limit: int = 1 << 40
    """Bytes that a body may have."""
    announced_limit: int | None = None
    """The same for those that are announced, where it differs."""
    step: str = "{path}-{number}"
    """Where each PATCH sends the client on to."""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """What is answered first, by method."""
    patched: list[tuple[str, int]] = field(default_factory=list)
    announced: list[tuple[str, int]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    noted: list[str] = field(default_factory=list)
    """What the ledger held while a body was received."""


class Handler(BaseHTTPRequestHandler):
    """Speaks for a registry."""

    protocol_version = "HTTP/1.1"
    state: Registry

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_expect_100(self) -> bool:
        size = int(self.headers["Content-Length"])
        self.state.announced.append((self.path, size))
        limit = self.state.limit if self.state.announced_limit is None else self.state.announced_limit
        if size > limit:
            self.answer(413, b"<html>413</html>")
        elif self.path.startswith(f"{UPLOADS}1"):
            self.close_connection = True
            self.send_response_only(100)
            self.end_headers()
        else:
            self.answer(404, UNKNOWN)
        return False

    def do_POST(self) -> None:
        self.answer(*self.first("POST", 202), Location=f"{UPLOADS}1?_state=a")

    def do_PATCH(self) -> None:
        self.state.tokens.add(self.headers.get("Authorization", ""))
        self.state.noted += [entry.path for entry in Ledger().entries(self.state.url)]
        size = int(self.headers["Content-Length"])
        if size > self.state.limit:
            self.answer(413, b"<html>413</html>")
            self.connection.shutdown(1)
        left = size
        while left > 0:
            left -= len(self.rfile.read(min(left, 65536)) or bytes(left))
        self.state.patched.append((self.path, size))
        if size <= self.state.limit:
            number = len(self.state.patched)
            location = self.state.step.format(path=f"{UPLOADS}1?_state=b", number=number)
            self.answer(*self.first("PATCH", 202), Location=location)

    def do_DELETE(self) -> None:
        self.state.deleted.append(self.path)
        self.answer(*self.first("DELETE", 204 if len(self.state.deleted) == 1 else 404))

    def first(self, method: str, status: int) -> tuple[int, bytes]:
        told = self.state.statuses.get(method) or [status]
        status = told.pop(0)
        return status, UNKNOWN if status == 404 else b""

    def log_message(self, *_: object) -> None:
        """Nothing on the test's standard error."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that closes is what an announcement ends with."""


@pytest.fixture
def serving() -> Iterator[Callable[[Registry], Registry]]:
    """Starts registries; all are closed with the test."""
    started: list[tuple[_Quiet, threading.Thread]] = []

    def start(registry: Registry) -> Registry:
        http = _Quiet(("127.0.0.1", 0), type("For", (Handler,), {"state": registry}))
        registry.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        started.append((http, thread))
        return registry

    yield start
    for http, thread in started:
        http.shutdown()
        thread.join(10)
        http.server_close()


def gather(registry: Registry, door: Http, source: TokenSource = OPEN, **options: Any) -> UploadLimit:
    """The probe's answer."""
    at = Endpoint(registry.url, Quote("", ""))
    start = UploadStart(at, Exchange("POST", registry.url, status=202), "/", True, None)
    none = Absent("none")
    found = module.upload_limit.gather(Target(**{"allow_writes": True, **options}), start, source, door, none, none)
    assert isinstance(found, UploadLimit)
    return found


Serving = Callable[[Registry], Registry]


def test_where_nothing_is_refused_all_sizes_are_tried(serving: Serving, door: Http, ledger: Ledger) -> None:
    registry = serving(Registry())
    found = gather(registry, door)
    assert (found.taken, found.let_in, found.refused) == (8 * MIB, 128 * MIB + 1, None)
    assert (found.unfinished, found.removed) == ("", True)
    assert [size for _, size in registry.patched] == [MIB // 2, MIB + 1, 2 * MIB, 4 * MIB, 8 * MIB]
    assert [body.size for body in found.timed] == [size for _, size in registry.patched]
    assert all(body.seconds > 0 for body in found.timed)
    assert ledger.entries(registry.url) == ()


def test_the_size_that_was_said_by_hand_goes_along(serving: Serving, door: Http) -> None:
    assert gather(serving(Registry(limit=1)), door, layer_size=3_600_000_000).layer_size == 3_600_000_000
    refused = gather(serving(Registry(limit=1)), door)
    assert (refused.layer_size, refused.timed) == (None, ())


def test_each_body_goes_where_the_one_before_it_led_and_the_last_is_cancelled(serving: Serving, door: Http) -> None:
    registry = serving(Registry())
    gather(registry, door)
    state = f"{UPLOADS}1?_state="
    assert [path for path, _ in registry.patched] == [f"{state}a", *(f"{state}b-{number}" for number in range(1, 5))]
    assert set(registry.deleted) == {f"{state}b-5"}


def test_whenever_it_is_killed_the_ledger_has_what_removes_the_upload(serving: Serving, door: Http) -> None:
    registry = serving(Registry())
    gather(registry, door)
    assert registry.noted == [path for path, _ in registry.patched]


@pytest.mark.parametrize(
    "limit", [1, 300 << 10, 500_001, MIB, 3 * MIB, 13_107_200, 100_000_000, 100 * MIB, 123_456_789]
)
def test_a_limit_by_the_announced_length_is_found_to_the_byte(serving: Serving, door: Http, limit: int) -> None:
    registry = serving(Registry(limit=limit))
    found = gather(registry, door)
    assert (found.limit, found.refused) == (limit, limit + 1)
    assert found.refusal is not None
    assert found.refusal.status == 413
    assert max((size for _, size in registry.patched if size <= limit), default=0) == found.taken
    assert len(registry.announced) <= 2 * (len(module._ANNOUNCED) + 1 + module._SEARCH)
    assert found.removed


def test_a_limit_further_in_is_a_range(serving: Serving, door: Http) -> None:
    registry = serving(Registry(limit=3 * MIB, announced_limit=1 << 40))
    found = gather(registry, door)
    assert (found.let_in, found.refused, found.limit) == (2 * MIB, 4 * MIB, None)
    assert len(registry.announced) <= 2


@pytest.mark.parametrize("step", ["http://evil.invalid/{path}", "/v2/other/blobs/uploads/1", "x y", UPLOADS, "/"])
def test_a_location_that_leads_elsewhere_is_not_followed(serving: Serving, door: Http, step: str) -> None:
    registry = serving(Registry(step=step))
    gather(registry, door)
    assert {path.partition("?")[0] for path, _ in registry.patched} == {f"{UPLOADS}1"}


def test_another_answer_ends_it_and_says_nothing_of_size(serving: Serving, door: Http) -> None:
    registry = serving(Registry(statuses={"PATCH": [202, 500]}))
    found = gather(registry, door)
    assert (found.taken, found.refused) == (MIB // 2, None)
    assert "1,048,577 bytes" in found.unfinished
    assert "500" in found.unfinished
    assert found.removed


def test_credentials_that_are_no_longer_taken_are_asked_for_again(serving: Serving, door: Http) -> None:
    login = TokenSource(True, "", "", "", scheme="basic", login=Login("alice", Secret("correct horse", "password")))
    registry = serving(Registry(statuses={"PATCH": [202, 401, 202, 202, 202, 202]}))
    found = gather(registry, door, login)
    assert found.taken == 8 * MIB
    assert len(registry.tokens) == 1


def test_an_upload_that_is_not_cancelled_stays_in_the_ledger(serving: Serving, door: Http, ledger: Ledger) -> None:
    registry = serving(Registry(statuses={"DELETE": [500, 500, 500]}))
    assert not gather(registry, door).removed
    (entry,) = ledger.entries(registry.url)
    assert entry.path == f"{UPLOADS}1?_state=b-5"


def test_the_time_that_it_takes_is_bounded(serving: Serving, door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BUDGET", 0.0)
    registry = serving(Registry())
    found = gather(registry, door)
    assert (found.taken, found.refused) == (0, None)
    assert "was over" in found.unfinished
    assert (registry.patched, registry.announced) == ([], [])
    assert found.removed


def test_without_leave_to_write_nothing_is_sent(serving: Serving, door: Http) -> None:
    registry = serving(Registry())
    with pytest.raises(NotApplicableError, match="not tried without --allow-writes"):
        gather(registry, door, allow_writes=False)
    assert registry.patched == []


def test_where_no_upload_can_be_started_or_noted_it_says_so(serving: Serving, door: Http, tmp_path: Path) -> None:
    registry = serving(Registry(statuses={"POST": [403, 202]}))
    with pytest.raises(CouldNotGatherError, match="no upload could be started"):
        gather(registry, door)
    state = tmp_path / "state"
    (state / "regdoctor/ledger.json").unlink()
    (state / "regdoctor/ledger.lock").unlink()
    (state / "regdoctor").rmdir()
    (state / "regdoctor").write_text("a file in the way")
    with pytest.raises(CouldNotGatherError, match="XDG_STATE_HOME"):
        gather(registry, door)
    assert registry.patched == []
