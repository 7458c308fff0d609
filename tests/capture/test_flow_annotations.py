"""What is written on a flow of a call that was told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from regdoctor.capture.flow_annotations import annotate, line
from regdoctor.capture.flow_exchange import Flow
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.telling import Telling, Told

_API = (("Docker-Distribution-Api-Version", "registry/2.0"),)


def _told(path: str, status: int = 404, method: str = "HEAD", **more: Any) -> tuple[RawExchange, Told]:
    raw = RawExchange(
        "id", method, f"https://registry.example.com{path}", status=status, response_headers=_API,
        started=100.0, answered=100.5, ended=101.0, **more,
    )  # fmt: skip
    return raw, Telling().take(clean(raw, Marks()))


def _flow() -> Flow:
    return cast("Flow", SimpleNamespace(comment="", marked="", metadata={}))


def test_the_notes_are_those_that_are_read_again() -> None:
    raw, told = _told("/v2/a/blobs/uploads/1", 202, "PATCH", request_size=6, request_digest=f"sha256:{'a' * 64}")
    flow = _flow()
    annotate(flow, raw, told)
    assert flow.metadata["regdoctor.request_size"] == 6
    assert flow.metadata["regdoctor.request_digest"] == f"sha256:{'a' * 64}"
    assert "regdoctor.response_size" not in flow.metadata
    assert all(isinstance(value, str | int) for value in flow.metadata.values())


def test_a_line_is_one_line_whatever_a_client_asks_for() -> None:
    _, told = _told("/v2/a\x1b[2J\n\u202e/blobs/" + "x" * 5000)
    assert line(told).isprintable()
    assert len(line(told)) < 500


def test_a_line_has_the_time_from_the_first_byte_to_the_last() -> None:
    _, told = _told(f"/v2/group/app/blobs/sha256:{'a' * 64}")
    assert line(told).startswith("    1 404 HEAD  /v2/group/app/blobs/sha256:aaa")
    assert "  1.00 s  registry: the registry has no such blob" in line(told)


def test_a_flow_that_is_told_again_has_nothing_left_of_the_first_time() -> None:
    flow = _flow()
    annotate(flow, *_told("/v2/a/manifests/1", 500, "PUT", request_size=6))
    assert flow.marked
    annotate(flow, *_told("/v2/a/blobs/uploads/", 202, "POST"))
    fresh = _flow()
    annotate(fresh, *_told("/v2/a/blobs/uploads/", 202, "POST"))
    assert (flow.comment, flow.marked, flow.metadata) == (fresh.comment, "", fresh.metadata)


def test_what_a_person_added_stays_when_it_is_told_again() -> None:
    flow = _flow()
    annotate(flow, *_told("/v2/a/manifests/1", 500, "PUT"))
    flow.comment += "\nasked Jo about it"
    flow.marked = ":key:"
    flow.metadata["other.addon"] = 1
    kept = flow.comment
    annotate(flow, *_told("/v2/a/manifests/1", 201, "PUT"))
    assert (flow.comment, flow.marked, flow.metadata["other.addon"]) == (kept, ":key:", 1)
