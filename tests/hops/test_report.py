"""The document keeps its schema whatever was seen, and carries no secret."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources

import jsonschema
import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.hops import Asked, Hop, HopKind, Hops, Purpose
from regdoctor.hops.report import document, render_json, render_short
from regdoctor.hops.rows import walk_of
from regdoctor.redaction import Secret
from tests.hops.conftest import hop, page, pushed, untried, walk

K = HopKind
SCHEMA = json.loads(resources.files("regdoctor.hops").joinpath("hops-1.schema.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "hops",
    [
        walk(),
        walk(*map(hop, K)),
        walk(*map(untried, K)),
        walk(hop(K.PUBLIC, FailureKind.NAME)),
        walk(dataclasses.replace(page(K.PUBLIC, 413), pushes=(pushed(K.PUBLIC, "too large"), pushed(K.PUBLIC)))),
        dataclasses.replace(walk(hop(K.PUBLIC)), not_pushed="no token"),
    ],
    ids=["empty", "healthy", "untried", "no name", "pushed", "not pushed"],
)
def test_every_walk_keeps_the_schema(hops: Hops) -> None:
    told = json.loads(render_json(walk_of(hops)))

    jsonschema.validate(told, SCHEMA)
    assert told["schema"] == "regdoctor.hops/1"
    assert len(told["hops"]) == len(hops.hops)


def test_where_it_starts_is_marked_at_one_hop(healthy: dict[HopKind, Hop]) -> None:
    told = document(walk_of(walk(*(healthy | {K.STORAGE: hop(K.STORAGE, 403, b"")}).values())))

    assert told["verdict"]["starts_at"] == "storage"
    assert [one["kinds"] for one in told["hops"] if one["starts_here"]] == [["storage"]]


def test_no_signature_and_no_password_leaves() -> None:
    password = Secret("correct-horse-battery", "password")
    presigned = Exchange(
        "HEAD", "https://bucket.example.com/blobs/x?X-Amz-Signature=0123456789abcdef", status=403, body=b""
    )
    bucket = Hop((K.STORAGE,), "https://bucket.example.com", asked=(Asked(Purpose.REDIRECTED, presigned),))
    body = b'{"errors": [{"code": "UNKNOWN", "message": "correct-horse-battery"}]}'
    walked = walk_of(walk(hop(K.PUBLIC, 500, body), bucket))

    for shown in (render_json(walked), render_short(walked)):
        assert "0123456789abcdef" not in shown
        assert password.reveal() not in shown


def test_short_is_the_sentence_and_a_line_a_hop(healthy: dict[HopKind, Hop]) -> None:
    lines = render_short(walk_of(walk(page(K.PUBLIC, 403), healthy[K.REGISTRY], untried(K.STORAGE)))).splitlines()

    assert lines[0].startswith("The 403 starts at nginx; ")
    assert lines[1:] == [
        "fault · public URL · https://registry.example.com · 403 · by nginx",
        "fine · registry · http://127.0.0.1:5000 · 200",
        "not tried · storage",
    ]
