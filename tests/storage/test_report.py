"""The table fits 80 columns, and its JSON keeps the schema."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import jsonschema

from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.storage.matrix import matrix_of
from regdoctor.storage.permission_table import Allowed
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
    assert lines[0] == "reg refuses 1 call to the registry's identity: push fails. 16 of 28 calls were"
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


def _page(access: S3Access, width: int = 80, writes: S3Writes | None = None) -> str:
    return render_text(matrix_of(access, writes, None, "a registry").table, width)


def test_a_narrow_page_has_what_breaks_below(refusing: Refuse) -> None:
    text = _page(refusing((Operation.GET, Area.BLOBS)), 60).partition("The whole policy")[0]
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 60
    lines = text.splitlines()
    [number] = [n for n, line in enumerate(lines) if "GetObject " in line and "blobs" in line]
    assert lines[number + 1].strip() == "pull, garbage collection"


def test_the_answer_to_a_link_is_told_first_and_no_signature(refusing: Refuse) -> None:
    access = refusing((Operation.PRESIGNED_GET, Area.BLOBS))
    long = f"{ENDPOINT.bucket_url}/{'k' * 90}?X-Amz-Credential={'c' * 400}&X-Amz-Signature={'0' * 64}"
    further = tuple(
        replace(one, exchange=replace(one.exchange, url=long)) if one.action == Operation.PRESIGNED_GET else one
        for one in access.further
    )
    table = matrix_of(replace(access, further=further), None, None, "x").table
    [row] = [row for row in table.rows if row.allowed is Allowed.NO]
    shown = row.reason.partition(": ")[2]
    assert shown.startswith("403,")
    assert "AccessDenied" in shown
    assert shown.endswith(f"GET {ENDPOINT.bucket_url}/{'k' * 90}?…")
    assert f"{ENDPOINT.bucket_url}/{'k' * 90}?…" in render_text(table, 80).split()


def test_statements_paste_into_a_list_and_what_nothing_needs_is_apart(refusing: Refuse) -> None:
    refused = ((Operation.LIST, Area.BLOBS), (Operation.GET, Area.LINKS), (Operation.LOCATION, Area.BUCKET))
    text = _page(refusing(*refused), 200)
    assert text.startswith("reg refuses 3 calls to the registry's identity, of which 2 are needed:")
    heading, _, rest = text.partition("Add to the statements of the policy")[2].partition("\n\n")
    assert "look for a Deny" in heading
    pasted, _, apart = rest.partition("\n\n")
    assert [one["Action"] for one in json.loads(f"[{pasted}]")] == ["s3:ListBucket", "s3:GetObject"]
    assert "nothing fails for it:\n  GetBucketLocation (s3:GetBucketLocation)" in apart


def test_with_nothing_refused_the_first_line_holds_for_what_was_tried(refusing: Refuse) -> None:
    put = call(Operation.PUT, Area.UPLOADS)
    text = " ".join(_page(refusing(), writes=S3Writes(ENDPOINT, (put,), removed=True)).split())
    assert text.startswith("Of what was tried, reg refuses the registry's identity nothing that it needs.")
    assert "2 of 28 calls were not tried: allowed below repositories/*/_uploads/, the one place where it was" in text
    assert "they write, which takes --allow-writes." in " ".join(_page(refusing()).split())


def test_refused_keys_are_told_once_and_not_for_each_call(refusing: Refuse) -> None:
    access = refusing()
    refused = call(Operation.LIST, Area.BUCKET, 403, "SignatureDoesNotMatch")
    text = _page(replace(access, calls=(refused, *access.calls[1:])))
    assert "the store refuses the registry's keys" in " ".join(text.splitlines()[:2])
    assert text.count("SignatureDoesNotMatch") == 1
    assert "WITHOUT IT, WHAT FAILS" not in text
    assert "The whole policy that the registry needs:" in text
