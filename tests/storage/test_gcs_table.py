"""The table says what is allowed, what a refusal breaks, and what grants it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.gcs_operations import NEEDS, PERMISSIONS, SIGN_BLOB, SIGNED_GET, SIGNED_HEAD
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import GoogleKey
from regdoctor.redaction import Secret
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


def _refusing(*held: str) -> dict[str, Any]:
    """A listing that is refused where it is not held, and the test of an object."""
    body = json.dumps({"kind": "storage#testIamPermissionsResponse", "permissions": held}).encode()
    status = 200 if "storage.objects.list" in held else 403
    return {
        "listing": Exchange("GET", "https://storage.googleapis.com/o", status=status),
        "tested_object": Exchange("GET", "https://storage.googleapis.com/o/x", status=200, body=body),
    }


def test_all_is_allowed() -> None:
    table = _table(*PERMISSIONS)

    assert table.result is Result.ALLOWED
    assert len(table.rows) == len(NEEDS)  # a setting without a private key signs no links
    assert not table.missing
    assert not table.writes_tried
    assert "nothing has to be written" in render_text(table, 100)


@pytest.mark.parametrize("missing", PERMISSIONS)
def test_each_permission_refuses_the_calls_that_take_it(missing: str) -> None:
    held = [one for one in PERMISSIONS if one != missing]
    table = _table(*held, email="a@p", **_refusing(*held))

    refused = {row.call for row in table.rows if row.allowed is Allowed.NO}
    assert refused == {need.call for need in NEEDS if missing in need.permissions}
    assert table.missing == [{"member": "serviceAccount:a@p", "permissions": [missing]}]


def test_where_a_role_is_granted_on_some_keys_only_nothing_is_denied() -> None:
    listing = Exchange("GET", "https://storage.googleapis.com/o", status=200)
    table = _table(listing=listing)

    assert {row.allowed for row in table.rows} == {Allowed.YES, Allowed.UNKNOWN}
    assert not table.missing
    assert "IAM condition" in table.notes[0]


LINK = Exchange("HEAD", "https://storage.googleapis.com/images/x", status=200)
REFUSED = Exchange("GET", "https://storage.googleapis.com/images/x", status=403)
WITH_KEY = GoogleKey("service_account", "a@p", private_key=Secret("-----BEGIN", "private key"))


def _links(key: GcsKey, generation: Generation | None = None, **more: Any) -> PermissionTable:
    body = json.dumps({"permissions": PERMISSIONS}).encode()
    tested = Exchange("GET", "https://storage.googleapis.com/storage/v1/b/images", status=200, body=body)
    access = GcsAccess("https://s", "images", "", SAID, key, GIVEN, tested, generation=generation, **more)
    return gcs_table({GcsAccess: access})


def test_a_link_that_is_refused_is_a_row_of_its_own() -> None:
    table = _links(GcsKey(KeySource.KEYFILE, SAID, key=WITH_KEY), signed_head=LINK, signed_get=REFUSED)

    rows = {row.call: row for row in table.rows}
    assert rows[SIGNED_HEAD].allowed is Allowed.YES
    assert rows[SIGNED_GET].harmful
    assert rows[SIGNED_GET].breaks == ("pull",)


def test_links_that_nobody_followed_are_not_told() -> None:
    rows = {row.call: row.allowed for row in _links(GcsKey(KeySource.KEYFILE, SAID, key=WITH_KEY)).rows}

    assert rows[SIGNED_GET] is Allowed.NOT_TRIED


def test_only_distribution_3_has_google_sign_for_who_has_no_key() -> None:
    new = _links(GcsKey(KeySource.MACHINE, SAID), Generation.DISTRIBUTION_3)
    assert [row.allowed for row in new.rows if row.call == SIGN_BLOB] == [Allowed.NOT_TRIED]
    assert new.rows[-1].grants == ("iam.serviceAccounts.signBlob",)
    for generation in (Generation.DISTRIBUTION_2, Generation.GITLAB):
        table = _links(GcsKey(KeySource.MACHINE, SAID), generation)
        assert SIGN_BLOB not in {row.call for row in table.rows}
        assert "passes layers through itself" in table.notes[-1]


def test_the_file_of_the_environment_signs_for_distribution_3_alone() -> None:
    key = GcsKey(KeySource.VARIABLE, SAID, key=WITH_KEY)

    assert SIGNED_GET in {row.call for row in _links(key, Generation.DISTRIBUTION_3).rows}
    assert SIGNED_GET not in {row.call for row in _links(key, Generation.DISTRIBUTION_2).rows}


def test_a_store_that_does_not_tell() -> None:
    table = _table(status=503)

    assert table.result is Result.NOTHING
    assert "503" in table.unusable
