"""Of a typed netstring what is wanted is read, and the rest is passed over."""

from __future__ import annotations

import pytest

from regdoctor.formats.tnetstring import TnetstringError, dumps, opened, span_at
from regdoctor.formats.wanted_parts import Packed, items, opened_dictionary, picked, shape


def test_only_what_is_wanted_is_read() -> None:
    data = dumps({"a": 1, "damaged": {"b": 2}, "c": {"d": [b"x"], "e": 3}, "f": [[b"y"]]}).replace(b"1:b;", b"?:b;")
    wanted = shape({"a": None, "c": shape({"d": None}), "f": Packed.CONTENT})

    found = picked(data, span_at(data, 0, len(data)), wanted)

    assert found == {"a": 1, "c": {"d": [b"x"]}, "f": dumps([b"y"])}
    assert [opened(one) for one in items(found["f"])] == [[b"y"]]


def test_a_value_of_another_type_than_its_shape_is_given_as_it_is() -> None:
    data = dumps({"a": None, "b": 2})

    wanted = shape({"a": shape({"x": None}), "b": Packed.CONTENT})

    assert picked(data, span_at(data, 0, len(data)), wanted) == {"a": None, "b": 2}


def test_a_packed_dictionary_is_opened_by_its_shape() -> None:
    content = dumps("x") + dumps(1) + dumps("y") + dumps(2)

    assert opened_dictionary(content, shape({"y": None})) == {"y": 2}


@pytest.mark.parametrize("key", ["id", "a-b", "Großes", "x" * 150, ""])
def test_a_key_may_be_any_text(key: str) -> None:
    data = dumps({"before": [1], key: 2, "behind": None})

    assert picked(data, span_at(data, 0, len(data)), shape({key: None})) == {key: 2}


@pytest.mark.parametrize("content", [b"1:a;", b"1:a;9:b,", b"1:a;x:b,", b"1:a,1:b"])
def test_a_damaged_dictionary_is_refused(content: bytes) -> None:
    with pytest.raises(TnetstringError):
        opened_dictionary(content, shape({"z": None}))


@pytest.mark.parametrize("content", [b"x", b"9:a,", b":,", b"1:a"])
def test_a_damaged_list_is_refused(content: bytes) -> None:
    with pytest.raises(TnetstringError):
        items(content)


def test_what_is_no_dictionary_is_refused() -> None:
    with pytest.raises(TnetstringError):
        picked(b"1:a,", (44, 2, 3), shape({}))
