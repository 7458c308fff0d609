"""The table fits 80 columns, and its JSON keeps the schema."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.storage.matrix import matrix_of
from regdoctor.storage.report import render_json, render_text
from tests.storage.conftest import ENDPOINT, Refuse, call

SCHEMA = json.loads(
    resources.files("regdoctor.storage").joinpath("storage-permissions-1.schema.json").read_text("utf-8")
)


def test_the_json_keeps_the_schema(refusing: Refuse) -> None:
    writes = S3Writes(ENDPOINT, (call(Operation.DELETE, Area.UPLOADS, 403, "AccessDenied"),), False, "an object")
    for access in (refusing(), refusing((Operation.GET, Area.BLOBS)), refusing(exists=False)):
        for trial in (None, writes):
            made = json.loads(render_json(matrix_of(access, trial, None, "a registry", "alias/key").table))
            jsonschema.validate(made, SCHEMA)


def test_the_table_names_what_breaks_and_ends_with_the_policy(refusing: Refuse) -> None:
    text = render_text(matrix_of(refusing((Operation.LIST_UPLOADS, Area.BUCKET)), None, None, "a registry").table, 80)
    lines = text.splitlines()
    assert lines[0] == "reg refuses 1 call to the registry's identity: push fails. 16 of 28 calls could"
    assert max(map(len, lines)) <= 80
    [line] = [line for line in lines if "ListMultipartUploads" in line and "the bucket" in line]
    assert line.split()[-2:] == ["no", "push"]
    assert json.loads(text.partition("The whole policy that the registry needs:")[2])["Version"] == "2012-10-17"


def test_what_a_store_says_is_shown_on_one_line(refusing: Refuse) -> None:
    access = refusing()
    broken = call(Operation.LIST_UPLOADS, Area.BUCKET, 500, "\x1b[31mInternal\nError")
    further = tuple(broken if one.action == broken.action else one for one in access.further)
    shown = render_text(
        matrix_of(type(access)(ENDPOINT, access.access_key_named_by, access.calls, further), None, None, "x").table, 80
    )
    assert "\x1b" not in shown
