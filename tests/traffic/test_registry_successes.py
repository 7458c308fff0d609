"""How far an upload is, by the answer of the registry."""

from __future__ import annotations

import pytest

from regdoctor.traffic.registry_successes import stored_bytes
from tests.traffic.seen_exchanges import API, exchanged, recognised


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("0-5242879", 5242880),
        ("bytes=0-9", 10),
        ("0-0", 0),
        ("5-9", None),
        ("0-", None),
        ("", None),
        ("0-" + "9" * 5000, None),
        ("0-٣", None),
    ],
)
def test_the_range_of_an_answer_says_what_is_stored(value: str, stored: int | None) -> None:
    call = recognised(exchanged("PATCH /v2/app/blobs/uploads/u", 202, (*API, ("Range", value))))
    assert stored_bytes(call) == stored
