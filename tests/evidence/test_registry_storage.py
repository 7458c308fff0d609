"""An error of the storage is read from each registry's envelope, and from no other answer."""

from __future__ import annotations

import pytest

from regdoctor.evidence.registry_storage import storage_error_of
from tests.traffic.seen_exchanges import PAGE, exchanged, recognised

FIELDS = {"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data", "Err": 13}}


def envelope(detail: object, code: str = "UNKNOWN") -> dict[str, object]:
    return {"errors": [{"code": code, "message": "unknown error", "detail": detail}]}


@pytest.mark.parametrize("detail", [FIELDS, "filesystem: mkdir /data: permission denied"])
def test_fields_and_text_tell_the_same(detail: object) -> None:
    error = storage_error_of(recognised(exchanged("POST /v2/a/blobs/uploads/", 500, body=envelope(detail))))
    assert error is not None
    assert (error.text, error.path) == ("filesystem: mkdir /data: permission denied", "/data")
    assert error.is_denied
    assert not error.is_full
    assert not error.is_read_only


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, envelope(None)),
        (500, envelope({"DriverName": "s3aws", "Enclosed": {}})),
        (500, envelope("something: else")),
        (500, envelope([FIELDS])),
        (400, envelope(FIELDS)),
        (500, envelope(FIELDS, "DENIED")),
        (500, PAGE),
        (None, b""),
    ],
)
def test_other_answers_tell_none(status: int | None, body: dict[str, object] | bytes) -> None:
    assert storage_error_of(recognised(exchanged("POST /v2/a/blobs/uploads/", status, body=body))) is None
