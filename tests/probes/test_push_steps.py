"""The steps of a push: the first answer that is not a registry's ends it, and nothing leaves for another address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.http import Http, TrustedCAs
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from tests.probes.fake_registry import Answer, FakeRegistry, Seen, fake_registry
from tests.probes.trial_pushes import BASIC, push


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A fake registry."""
    with fake_registry() as started:
        yield started


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


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
    # The upload is cancelled where it was started, if Location is fit to name it; GET /v2/, HEAD and POST came before.
    assert {one.path for one in registry.seen[3:] if "uploads" in one.path} <= {UPLOAD}
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
    assert all("deleted blobs" in line or "cancelled uploads" in line for line in found.left)
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
