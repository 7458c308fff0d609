"""Elements of a long array are read one by one, and a torn end is told."""

from __future__ import annotations

import io
import re

import pytest

from regdoctor.formats.json_stream import JsonStream, JsonStreamError

PLACE = re.compile(r'"entries"\s{0,8}:\s{0,8}\[')


def _stream(text: str) -> JsonStream:
    return JsonStream(io.BytesIO(text.encode()))


def test_elements_are_read_behind_what_was_sought() -> None:
    stream = _stream('\ufeff{"pages": [1], "entries" : [ {"a": [2]}, "ü", 3 ], "x": 4}')

    assert stream.skip_to(PLACE)
    assert list(stream.elements()) == [{"a": [2]}, "ü", 3]


def test_an_element_longer_than_what_is_read_at_once_is_whole() -> None:
    long = "x" * (3 << 20)
    stream = _stream(f'{{"entries":["{long}", "{long}"]}}')

    assert stream.skip_to(PLACE)
    assert list(stream.elements()) == [long, long]


def test_what_is_not_there_is_not_found() -> None:
    assert not _stream('{"log": {}}').skip_to(PLACE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2", "ends in the middle"),
        ('[1, {"a": "b', "ends in the middle"),
        ("[1, {]" + " " * 40 + "]", "no JSON"),
        ("[1, " + "[" * 200_000, "nested too deep|ends in the middle"),
    ],
)
def test_of_a_damaged_array_the_rest_is_one_error(text: str, words: str) -> None:
    stream = _stream(f'{{"entries":{text}')
    stream.skip_to(PLACE)
    read = stream.elements()

    assert next(read) == 1
    with pytest.raises(JsonStreamError, match=words):
        list(read)
