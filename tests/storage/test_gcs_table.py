"""The table says what is allowed, what a refusal breaks, and what grants it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.gcs_operations import NEEDS, PERMISSIONS
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.storage.gcs_table import gcs_table
from regdoctor.storage.permission_table import Allowed, PermissionTable, Result
from regdoctor.storage.report import render_text

SAID = Quote("config.yml", "keyfile: /etc/gcs.json", 5)
GIVEN = Exchange("POST", "https://oauth2.googleapis.com/token", status=200)


def _table(*held: str, status: int = 200, **more: Any) -> PermissionTable:
    body = json.dumps({"kind": "storage#testIamPermissionsResponse", "permissions": held}).encode()
    tested = Exchange("GET", "https://storage.googleapis.com/storage/v1/b/images", status=status, body=body)
    key = GcsKey(KeySource.KEYFILE, SAID)
    access = GcsAccess("https://storage.googleapis.com", "images", "", SAID, key, GIVEN, tested, **more)
    return gcs_table({GcsAccess: access})


def test_all_is_allowed() -> None:
    table = _table(*PERMISSIONS)

    assert table.result is Result.ALLOWED
    assert len(table.rows) == len(NEEDS)
    assert not table.missing
    assert not table.writes_tried
    assert "nothing has to be written" in render_text(table, 100)


@pytest.mark.parametrize("missing", PERMISSIONS)
def test_each_permission_refuses_the_calls_that_take_it(missing: str) -> None:
    table = _table(*(one for one in PERMISSIONS if one != missing), email="a@p")

    refused = {row.call for row in table.rows if row.allowed is Allowed.NO}
    assert refused == {need.call for need in NEEDS if missing in need.permissions}
    assert table.missing == [{"member": "serviceAccount:a@p", "permissions": [missing]}]


def test_where_a_role_is_granted_on_some_keys_only_nothing_is_denied() -> None:
    listing = Exchange("GET", "https://storage.googleapis.com/o", status=200)
    table = _table(listing=listing)

    assert {row.allowed for row in table.rows} == {Allowed.YES, Allowed.UNKNOWN}
    assert not table.missing
    assert "IAM condition" in table.notes[0]


def test_a_store_that_does_not_tell() -> None:
    table = _table(status=503)

    assert table.result is Result.NOTHING
    assert "503" in table.unusable
