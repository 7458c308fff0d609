"""The elements of one long JSON array, read one by one: memory does not grow with their number."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

LONGEST_ELEMENT = 64 << 20
"""Characters of one element."""
_CHUNK = 1 << 20
_GAP = re.compile(r"[\s,]*")
_NEAR_END = 16
"""Characters before the end, where a number, a word or an escape may be cut in two."""


class JsonStreamError(ValueError):
    """What comes next cannot be read, nor what follows it; the message is one line without a piece of it."""


class JsonStream:
    """A JSON text, searched for a place and then read from there, value by value."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from where `file` stands; UTF-8, a byte order mark is passed over."""
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._text = ""
        self._at = 0
        self._ended = False

    def skip_to(self, place: re.Pattern[str], longest: int = 256) -> bool:
        """Go behind the first match; False where there is none. longest: characters that a match may have."""
        while True:
            if match := place.search(self._text, self._at):
                self._at = match.end()
                return True
            self._at = max(self._at, len(self._text) - longest)
            if not self._more():
                return False

    def elements(self) -> Iterator[Any]:
        """The elements until the array's end. Raises JsonStreamError where one cannot be read, and at a torn end."""
        decoder = json.JSONDecoder()
        while True:
            gap = _GAP.match(self._text, self._at)
            self._at = gap.end() if gap else self._at
            if self._at >= len(self._text):
                if not self._more():
                    raise JsonStreamError("the file ends in the middle: whoever wrote it was stopped")
                continue
            if self._text[self._at] == "]":
                return
            yield self._element(decoder)

    def _element(self, decoder: json.JSONDecoder) -> Any:
        while True:
            try:
                value, self._at = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._want_more(error)
            except RecursionError as error:
                raise JsonStreamError("it is nested too deep") from error
            except ValueError as error:
                raise JsonStreamError("it has a number that is none") from error
            else:
                return value

    def _want_more(self, error: json.JSONDecodeError) -> None:
        """Read on where an element is not whole yet, twice as much each time. Raises JsonStreamError otherwise."""
        cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _NEAR_END
        if not cut:
            raise JsonStreamError("it is no JSON")
        have = len(self._text) - self._at
        if have > LONGEST_ELEMENT:
            raise JsonStreamError(f"it is longer than {LONGEST_ELEMENT >> 20} MiB")
        if not self._more(max(have, _CHUNK)):
            raise JsonStreamError("the file ends in the middle: whoever wrote it was stopped")

    def _more(self, count: int = _CHUNK) -> bool:
        if self._ended:
            return False
        data = self._file.read(count)
        self._ended = not data
        self._text = self._text[self._at :] + self._decoder.decode(data, final=self._ended)
        self._at = 0
        return not self._ended
