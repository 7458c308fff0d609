"""Of a record beyond memory what is long is passed over."""

from __future__ import annotations

import io

import pytest

from regdoctor.formats.flow_record import ID, KEPT_OF_BODY, RECORD
from regdoctor.formats.large_flow import read_large
from regdoctor.formats.tnetstring import TnetstringError, dumps

FLOW = {
    "response": {"content": bytes(5 << 20), "status_code": 200, "headers": [[b"A", b"1"]]},
    "request": {"content": b"x", "host": "r"},
    "client_conn": {"certificate_list": [bytes(2 << 20)]},
    "id": "1",
}


def test_the_beginning_of_a_body_is_read_and_its_size_is_told() -> None:
    record = dumps(FLOW)
    read = read_large(io.BytesIO(b"before" + record), 6, len(record), RECORD)

    assert read["response"]["content"] == bytes(KEPT_OF_BODY)
    assert (read["response"]["content_size"], read["response"]["headers"]) == (5 << 20, [[b"A", b"1"]])
    assert (read["request"]["host"], read["id"]) == ("r", "1")
    assert "client_conn" not in read


def test_what_is_not_wanted_is_not_read() -> None:
    record = dumps(FLOW)

    assert read_large(io.BytesIO(record), 0, len(record), ID) == {"id": "1"}


@pytest.mark.parametrize("content", [b"7:9:abcd,}", b"5:x:abc}", b"9:2:id;9:a,}"])
def test_a_damaged_one_is_refused(content: bytes) -> None:
    with pytest.raises(TnetstringError):
        read_large(io.BytesIO(content), 0, len(content), ID)
