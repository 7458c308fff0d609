"""The state of an upload, as the registry writes it and as a cleaned recording keeps it."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state, read_upload_state

FROM_REGISTRY_2_8 = (
    "ZjU2QH_EHxlFAm9wQ1Gk5DhWdi2I0e0naD2mw1oKJ4p7Ik5hbWUiOiJncm91cC9hcHAiLCJVVUlEIjoiYmFjNzFhYmQtYWNjYS00OTYzLTgzMjktMz"
    "NlNzIzMTNlMDIxIiwiT2Zmc2V0IjowLCJTdGFydGVkQXQiOiIyMDI2LTExLTI0VDAxOjE1OjA3LjY2NzY1ODEzOVoifQ=="
)


def packed(document: str) -> str:
    return base64.urlsafe_b64encode(bytes(32) + document.encode()).decode()


def test_the_state_of_a_real_registry_is_read_with_its_nanoseconds() -> None:
    state = read_upload_state(FROM_REGISTRY_2_8)
    assert state is not None
    assert (state.name, state.upload, state.offset) == ("group/app", "bac71abd-acca-4963-8329-33e72313e021", 0)
    assert state.started == pytest.approx(1795482907.667658, abs=1e-5)


def test_padding_may_be_missing() -> None:
    assert read_upload_state(FROM_REGISTRY_2_8.rstrip("=")) == read_upload_state(FROM_REGISTRY_2_8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[redacted]",
        "redacted.",
        "redacted",
        "A",
        "%%%",
        "A" * (1 << 17),
        packed("[]"),
        packed('{"Name":"a","UUID":"b","Offset":"5"}'),
        packed('{"Name":"a","UUID":"b","Offset":true}'),
        packed('{"Name":"a","UUID":"b","Offset":-1}'),
        packed('{"Name":"a","UUID":"b","Offset":1e400}'),
        packed('{"Name":1,"UUID":"b","Offset":5}'),
    ],
)
def test_what_is_no_state_is_none(text: str) -> None:
    assert read_upload_state(text) is None


@pytest.mark.parametrize("started", ['"yesterday"', '"0001-01-01T00:00:00Z"', "null", "true", "1e300", "{}"])
def test_a_start_that_cannot_be_read_leaves_the_rest(started: str) -> None:
    text = packed(f'{{"Name":"a","UUID":"b","Offset":5,"StartedAt":{started}}}')
    assert read_upload_state(text) == UploadState("a", "b", 5, None)


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(names, names, st.integers(0, (1 << 63) - 1), st.none() | st.floats(0, 1e11))
def test_a_cleaned_state_is_read_again_and_needs_no_encoding(
    name: str, upload: str, offset: int, started: float | None
) -> None:
    state = UploadState(name, upload, offset, started)
    cleaned = cleaned_upload_state(state)
    assert read_upload_state(cleaned) == state
    assert quote(cleaned, safe="") == cleaned


def test_the_signature_is_not_in_what_is_kept() -> None:
    cleaned = cleaned_upload_state(read_upload_state(FROM_REGISTRY_2_8))
    assert FROM_REGISTRY_2_8[:20] not in cleaned
    assert cleaned_upload_state(None) == "[redacted]"


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    read_upload_state(text)
    read_upload_state(f"redacted.{text}")
