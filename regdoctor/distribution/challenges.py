"""The WWW-Authenticate header taken apart: which scheme, which realm, which scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110 calls it a token
_SCHEME = re.compile(rf"({_TOKEN})(?=[ \t,]|$)")
_NAME = re.compile(rf"({_TOKEN})[ \t]*=[ \t]*(?!=*(?:[ \t,]|$))")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)("|$)', re.DOTALL)
_BARE = re.compile(r"[^,\s]*")
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*(?=[ \t,]|$)")
_BETWEEN = re.compile(r"[ \t\r\n,]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1; token parameters of RFC 6750)."""

    scheme: str
    """As sent: `Bearer`, `Basic`. Compare it without regard to case."""
    parameters: tuple[tuple[str, str], ...] = ()
    """In the order sent; names in lower case, values without quotes."""

    def parameter(self, name: str) -> str | None:
        """The first parameter of that name; None where it is not there."""
        wanted = name.lower()
        return next((value for key, value in self.parameters if key == wanted), None)

    @property
    def is_bearer(self) -> bool:
        """Whether it asks for a token, as registries with a token service do."""
        return self.scheme.lower() == "bearer"

    @property
    def realm(self) -> str | None:
        """Bearer: the URL of the token service. Basic: a text for people."""
        return self.parameter("realm")

    @property
    def service(self) -> str | None:
        """The audience that the token must have."""
        return self.parameter("service")

    @property
    def scope(self) -> str | None:
        """The access asked for: `repository:group/project:pull,push`, several separated by spaces."""
        return self.parameter("scope")

    @property
    def error(self) -> str | None:
        """Why the token that was sent is not enough: `invalid_token` or `insufficient_scope`."""
        return self.parameter("error")


def parse_challenges(headers: str | Iterable[str]) -> tuple[Challenge, ...]:
    """The challenges of the WWW-Authenticate headers of one response (or of one header), in their order.

    Tolerant, because proxies rewrite this header: missing or doubled commas, unquoted URLs, a quote that is
    never closed and unknown schemes are taken as well as they can be; what is none of these is passed over.
    Never raises.
    """
    values = (headers,) if isinstance(headers, str) else headers
    return tuple(challenge for value in values for challenge in _challenges(value))


def _challenges(text: str) -> Iterator[Challenge]:
    scheme: str | None = None
    parameters: list[tuple[str, str]] = []
    at = _after(_BETWEEN, text, 0)
    while at < len(text):
        name = _NAME.match(text, at)
        if name and scheme is not None:
            value, at = _value(text, name.end())
            parameters.append((name[1].lower(), value))
        elif opening := _SCHEME.match(text, at):
            if scheme is not None:
                yield Challenge(scheme, tuple(parameters))
            scheme, parameters = opening[1], []
            at = _after_token68(text, opening.end())
        else:
            at = max(_after(_BARE, text, at), at + 1)
        at = _after(_BETWEEN, text, at)
    if scheme is not None:
        yield Challenge(scheme, tuple(parameters))


def _value(text: str, at: int) -> tuple[str, int]:
    quoted = _QUOTED.match(text, at)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL), quoted.end()
    bare = _after(_BARE, text, at)
    return text[at:bare].strip('"'), bare


def _after_token68(text: str, at: int) -> int:
    """Beyond the one opaque value that may follow a scheme (`Negotiate oYIB…==`), where there is one."""
    start = _after(_BETWEEN, text, at)
    if "," in text[at:start] or _NAME.match(text, start):
        return at
    opaque = _TOKEN68.match(text, start)
    return opaque.end() if opaque else at


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
