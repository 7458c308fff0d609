"""Which of its locations nginx chooses for the requests of a registry's clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from regdoctor.formats.nginx_config import Location, Server

_PATHS = ("/v2/", "/v2/group/project/blobs/uploads/")
"""What clients ask a registry for (distribution-spec, end-1 and end-4)."""
_COSTLY = re.compile(r"[*+}]\)?[*+{]|\)[*+{]")
"""A repetition of repetitions, which may take for ever to match."""
_LONGEST_PATTERN = 300
_BEGINS_AT_V2 = re.compile(r"\^\\?/[vV]2(?![\w.-])")


def locations_for_v2(server: Server) -> Iterator[Location]:
    """The locations that /v2/ goes to, as nginx chooses them (ngx_http_core_find_location), and those below /v2/."""
    prefixes = [one for one in server.locations if one.modifier in ("", "^~") and is_about_v2(one.pattern)]
    covering = [one for one in prefixes if not one.conditional and "/v2/".startswith(one.pattern)]
    longest = max(covering, key=lambda one: len(one.pattern), default=None)
    caught = any(
        one.modifier in ("~", "~*") and not one.conditional and all(_matches(one, path) for path in _PATHS)
        for one in server.locations
    )
    for one in server.locations:
        if one.modifier in ("~", "~*"):
            if any(_matches(one, path) for path in _PATHS):
                yield one
        elif one.modifier == "=":
            if one.pattern == "/v2/":
                yield one
        elif one.modifier != "@" and is_about_v2(one.pattern):
            is_below = one.pattern.startswith("/v2/") and one.pattern != "/v2/"
            is_longest = longest is not None and one.pattern == longest.pattern
            if is_below or (is_longest and not (caught and longest is not None and longest.modifier != "^~")):
                yield one


def is_about_v2(pattern: str) -> bool:
    """Whether a prefix takes in /v2/, or is one below it."""
    return bool(pattern) and ("/v2/".startswith(pattern) or pattern.startswith("/v2/"))


def is_v2_itself(location: Location) -> bool:
    """Whether the location is the API's own: /v2/, /v2, or a regular expression that begins there and takes it all."""
    if location.modifier in ("~", "~*"):
        begins = _BEGINS_AT_V2.match(location.pattern) is not None
        return begins and _takes(location.modifier, location.pattern, _PATHS[0], unsure=False)
    return location.modifier != "@" and location.pattern in ("/v2/", "/v2")


def _matches(location: Location, path: str) -> bool:
    return _takes(location.modifier, location.pattern, path, unsure="v2" in location.pattern.lower())


@lru_cache(maxsize=16_384)
def _takes(modifier: str, pattern: str, path: str, *, unsure: bool) -> bool:
    """Whether the regular expression takes the path; `unsure` for one that is costly to try, or that Python has no word
    for.
    """
    if len(pattern) > _LONGEST_PATTERN or _COSTLY.search(pattern):
        return unsure
    try:
        return re.search(pattern, path, re.IGNORECASE if modifier == "~*" else 0) is not None
    except re.error:
        return unsure
