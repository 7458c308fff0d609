"""A trial push: what is asked in which order, where it stops, and what never leaves for another address."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner, TrialPush
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_push import TRIAL_REPOSITORY, push_trial
from regdoctor.redaction import Secret
from regdoctor.target import Login
from tests.probes.fake_registry import Answer, FakeRegistry, Seen, fake_registry

LOGIN = Login("alice", Secret("correct horse", "password"))
BASIC = TokenSource(True, "", "", "", scheme="basic", login=LOGIN)
OPEN = TokenSource(False, "", "", "")
AUTHORIZATION = f"Basic {base64.b64encode(b'alice:correct horse').decode()}"
NONE = Absent("none")
REMOVAL = ["DELETE manifests/digest", "DELETE manifests/tag", "DELETE blobs/digest", "DELETE blobs/digest"]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A fake registry."""
    with fake_registry() as started:
        yield started


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


def push(url: str, ledger: Ledger, door: Http, **options: Any) -> TrialPush:
    """A push that is open to all, of the smallest layer."""
    given: dict[str, Any] = {
        "manner": Manner.CHUNKED,
        "size": 1024,
        "source": OPEN,
        "installation": NONE,
        "config": NONE,
        "deadline": 10.0,
        "public": True,
    }
    where = Endpoint(url, Quote("", ""))
    return push_trial(where, options.pop("repository", TRIAL_REPOSITORY), door=door, ledger=ledger, **given | options)


@pytest.mark.parametrize("manner", list(Manner))
def test_it_asks_as_docker_does(registry: FakeRegistry, ledger: Ledger, door: Http, manner: Manner) -> None:
    found = push(registry.url, ledger, door, manner=manner, size=200_000, source=BASIC)

    send = ["PUT blobs/uploads/upload"]
    if manner is Manner.CHUNKED:
        send.insert(0, "PATCH blobs/uploads/upload")
    blob = ["HEAD blobs/digest", "POST blobs/uploads/", *send, "HEAD blobs/digest"]
    image = ["PUT manifests/tag", "GET manifests/tag", "GET blobs/digest"]
    assert registry.asked() == [*blob, *blob, *image, *REMOVAL[:1], "DELETE manifests/tag", *REMOVAL[2:]]
    assert (found.stopped, found.succeeded) == ("", True)
    assert len(found.exchanges) == 2 * len(blob) + 3
    assert {one.headers["Authorization"] for one in registry.seen} == {AUTHORIZATION}
    assert (registry.blobs, registry.manifests, registry.uploads) == ({}, {}, {})
    assert ledger.entries(registry.url) == ()
    (layer,) = (one for one in registry.seen if len(one.body) == 200_000)
    announced = layer.headers.get("Content-Length"), layer.headers.get("Transfer-Encoding")
    assert announced == (("200000", None) if manner is Manner.MONOLITHIC else (None, "chunked"))


def test_all_is_noted_before_it_is_done(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    noted: list[tuple[str, list[str]]] = []

    def look(one: Seen) -> Answer | None:
        if one.method in ("PATCH", "PUT"):
            noted.append((one.method, sorted(entry.kind for entry in ledger.entries(registry.url))))
        return None

    registry.instead = look
    assert push(registry.url, ledger, door).succeeded
    layer = [("PATCH", ["blob", "upload"]), ("PUT", ["blob", "upload"])]
    config = [("PATCH", ["blob", "blob", "upload"]), ("PUT", ["blob", "blob", "upload"])]
    assert noted == [*layer, *config, ("PUT", ["blob", "blob", "manifest", "tag"])]


UPLOAD = f"/v2/{TRIAL_REPOSITORY}/blobs/uploads/1"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (f"{{other}}{UPLOAD}", "leads away from"),
        (f"{{scheme}}{UPLOAD}", "leads away from"),
        (f"http://169.254.169.254{UPLOAD}", "leads away from"),
        (f"http://localhost:1{UPLOAD}", "leads away from"),
        (f"http://alice@169.254.169.254:80{UPLOAD}", "to http://169.254.169.254:80;"),
        (f"//169.254.169.254{UPLOAD}", "leads away from"),
        (f"file://{UPLOAD}", "no address"),
        (f"https,http://{UPLOAD}", "no address"),
        (f"http:///{UPLOAD}", "no address"),
        (f"http://127.0.0.1:99999{UPLOAD}", "no address"),
        ("http://[bad", "no address"),
        (f"{UPLOAD} and more", "no address"),
        ("", "does not say where the upload goes on"),
    ],
)
def test_a_location_that_leads_elsewhere_is_told_and_never_followed(
    registry: FakeRegistry, ledger: Ledger, door: Http, location: str, words: str
) -> None:
    with fake_registry() as other:
        places = {"other": other.url, "scheme": f"https{registry.url.removeprefix('http')}"}
        given = location.format(**places)
        registry.instead = lambda one: (202, {"Location": given}, b"") if one.method == "POST" else None
        found = push(registry.url, ledger, door, source=BASIC)
        assert other.seen == []
    assert words in found.stopped
    assert "\n" not in found.stopped
    assert found.location == given
    assert [exchange.method for exchange in found.exchanges] == ["HEAD", "POST"]
    # The upload is cancelled where it was started, if Location is fit to name it.
    assert {one.path for one in registry.seen[2:] if "uploads" in one.path} <= {UPLOAD}
    assert found.left == ()


def test_of_an_inner_hops_location_path_and_query_are_followed(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    with fake_registry() as other:

        def lead_away(one: Seen) -> Answer | None:
            if one.method not in ("POST", "PATCH"):
                return None
            status, headers, body = registry.own(one)
            place = headers["Location"].removeprefix(registry.url)
            return status, {"Location": f"{other.url}{place}"}, body

        registry.instead = lead_away
        found = push(registry.url, ledger, door, source=BASIC, public=False)
        assert other.seen == []
        assert found.succeeded
        assert found.location.startswith(other.url)


class Scripted(Http):
    """A door behind which a registry by a name answers."""

    def __init__(self, location: str) -> None:
        super().__init__(TrustedCAs())
        self.location = location
        self.asked: list[str] = []

    def send(self, method: str, url: str, **_: Any) -> Exchange:
        """What the registry answers up to the upload."""
        self.asked.append(f"{method} {url}")
        status = {"POST": 202, "PATCH": 500}.get(method, 404)
        return Exchange(method, url, status=status, headers=(("Location", self.location),))


@pytest.mark.parametrize("host", ["r.example.com:443", "R.Example.com", "r.example.com"])
def test_the_own_port_written_out_and_capitals_lead_nowhere_else(ledger: Ledger, host: str) -> None:
    door = Scripted(f"https://{host}{UPLOAD}?_state=x")
    push("https://r.example.com", ledger, door)
    assert door.asked[2] == f"PATCH https://r.example.com{UPLOAD}?_state=x"


@pytest.mark.parametrize(
    ("method", "what", "answer", "words"),
    [
        ("HEAD", "blobs/", (200, {}, b""), "nobody has pushed yet got 200"),
        ("POST", "uploads", (307, {"Location": "/elsewhere"}, b""), r"got 307, Location: /elsewhere"),
        ("POST", "uploads", (401, {}, b""), r"got 401. Name a repository that alice may push to with --repository"),
        (
            "PATCH",
            "uploads",
            (413, {}, b"<html>"),
            "the upload of the layer got 413",
        ),
        ("PUT", "uploads", (502, {}, b""), "the end of the upload of the layer"),
        ("PUT", "manifests", (400, {}, b""), "the manifest got 400"),
        ("GET", "manifests", (200, {}, b"{}"), "came back changed"),
        ("GET", "blobs/", (206, {}, b"<html>"), "first bytes of the layer came back changed"),
    ],
)
def test_the_first_answer_that_is_not_a_registrys_ends_it(
    registry: FakeRegistry, ledger: Ledger, door: Http, method: str, what: str, answer: Answer, words: str
) -> None:
    registry.instead = lambda one: answer if one.method == method and what in one.path else None
    found = push(registry.url, ledger, door, source=BASIC)
    assert found.last is not None
    assert (found.last.method, found.last.status) == (method, answer[0])
    assert re.search(words, found.stopped)
    assert all("deleted blobs" in line for line in found.left)
    assert (registry.blobs, registry.manifests, registry.uploads) == ({}, {}, {})


def test_a_layer_that_was_cut_short_is_told(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    def shorter(one: Seen) -> Answer | None:
        stored = one.method == "HEAD" and one.path.rpartition("/")[2] in registry.blobs
        return (200, {"Content-Length": "1000"}, b"") if stored else None

    registry.instead = shorter
    assert "the layer has 1024 bytes, not 1000" in push(registry.url, ledger, door).stopped


def test_a_blob_that_is_served_from_elsewhere_is_there_and_not_fetched(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    with fake_registry() as bucket:

        def redirect(one: Seen) -> Answer | None:
            stored = one.method in ("GET", "HEAD") and one.path.rpartition("/")[2] in registry.blobs
            return (307, {"Location": f"{bucket.url}/signed"}, b"") if stored else None

        registry.instead = redirect
        assert push(registry.url, ledger, door, source=BASIC).succeeded
        assert bucket.seen == []


def test_a_token_that_ran_out_is_renewed_once(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    good, given = {"Bearer token-0"}, [0]

    def guard(one: Seen) -> Answer | None:
        if one.path.startswith("/jwt"):
            given[0] += 1
            name = f"token-{given[0] - 1}"
            good.add(f"Bearer {name}")
            return 200, {}, f'{{"token": "{name}"}}'.encode()
        if one.method == "PATCH" and given[0] == 1:
            good.discard("Bearer token-0")
        return None if one.headers.get("Authorization") in good else (401, {}, b"")

    registry.instead = guard
    source = TokenSource(True, registry.url, f"{registry.url}/jwt", "r", login=LOGIN)
    found = push(registry.url, ledger, door, source=source)
    assert found.succeeded
    assert [exchange.status for exchange in found.exchanges if exchange.method == "PATCH"] == [401, 202, 202]

    registry.instead = lambda one: (401, {}, b"") if one.method == "PATCH" else guard(one)
    again = push(registry.url, ledger, door, source=source)
    assert [exchange.status for exchange in again.exchanges if exchange.method == "PATCH"] == [401, 401]
    assert "got 401" in again.stopped


def test_without_a_token_nothing_is_sent(registry: FakeRegistry, ledger: Ledger, door: Http) -> None:
    found = push(registry.url, ledger, door, source=TokenSource(True, registry.url, "", "r"))
    assert "the registry wants a token" in found.stopped
    assert (found.exchanges, found.left, registry.seen) == ((), (), [])


def test_a_server_that_says_nothing_costs_no_more_than_the_deadline(
    registry: FakeRegistry, ledger: Ledger, door: Http
) -> None:
    over = threading.Event()

    def hang(one: Seen) -> Answer | None:
        if one.method in ("PATCH", "DELETE"):
            over.wait(20)
        return None

    registry.instead = hang
    began = time.monotonic()
    found = push(registry.url, ledger, door, deadline=2.0)
    over.set()
    assert time.monotonic() - began < 4
    assert found.last is not None
    assert found.last.method == "PATCH"
    assert "still waiting for the response" in found.stopped
    assert len(found.left) == 2  # the upload, and the blob that it may have become
    assert sorted(entry.kind for entry in ledger.entries(registry.url)) == ["blob", "upload"]


def test_a_ledger_that_breaks_on_the_way_ends_the_push(
    registry: FakeRegistry, ledger: Ledger, door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Ledger.add

    def full(self: Ledger, entry: Any) -> None:
        if entry.kind == "manifest":
            raise OSError(28, "No space left on device")
        add(self, entry)

    monkeypatch.setattr(Ledger, "add", full)
    found = push(registry.url, ledger, door)
    assert "cannot be kept: [Errno 28] No space left on device" in found.stopped
    assert (registry.blobs, registry.manifests) == ({}, {})


def test_what_cannot_be_pushed_or_noted_is_refused_before_anything_is_sent(
    registry: FakeRegistry, ledger: Ledger, door: Http, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="cannot be a repository"):
        push(registry.url, ledger, door, repository="../x")
    with pytest.raises(ValueError, match="at least 1024 bytes"):
        push(registry.url, ledger, door, size=1)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        push(registry.url, Ledger(tmp_path / "file/ledger.json"), door)
    assert registry.seen == []
