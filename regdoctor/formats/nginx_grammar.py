"""What of nginx's configuration the grammar of its directives forbids: nginx does not start with any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from regdoctor.formats.nginx_directives import Directive

_SURE = (
    *("add_header", "auth_basic", "auth_request", "chunked_transfer_encoding", "client_", "error_page", "gzip"),
    *("large_client_header_buffers", "listen", "location", "proxy_", "return", "root", "send_timeout", "sendfile"),
    *("server", "ssl_certificate", "ssl_ciphers", "ssl_prefer_server_ciphers", "ssl_session_timeout", "upstream"),
)
"""Beginnings of the directives that a registry's proxy is made of, and whose grammar no version of nginx has changed.

Of others only a missing semicolon is told: crossplane's table is that of nginx 1.19.
"""
_CHANGED = ("proxy_cache", "proxy_protocol", "gzip_static", "proxy_ssl", "server_tokens", "proxy_bind", "proxy_cookie")
"""Beginnings among those whose grammar did change, or which others than http know, too."""
_SHORTEST = 6
"""Letters of a name below which a slip of the pen makes another word too easily."""
_HTTP = ("http",)


@dataclass(frozen=True, slots=True)
class GrammarFault:
    """One directive that nginx refuses."""

    directive: Directive
    says: str
    """What nginx says of it, without the file."""
    meant: str = ""
    """The directive that was meant, where its name is no directive's."""
    swallowed: str = ""
    """The directive that follows it, where the semicolon between them is missing."""


def grammar_faults(tree: Iterable[Directive]) -> Iterator[GrammarFault]:
    """What nginx refuses among the directives of a main file, with what its includes bring in.

    A file without an http block, but with servers, is one that nginx.conf includes in http; one without either may
    stand anywhere, and nothing of it is told. Of names that no table knows only those that are one slip of the pen from
    a known one are told, for modules bring directives of their own.
    """
    top = tuple(tree)
    names = {one.name for one in top if one.block is not None}
    if "http" in names:
        yield from _level(top, ())
    elif names & {"server", "upstream"}:
        yield from _level(top, _HTTP)


def _level(level: Iterable[Directive], context: tuple[str, ...]) -> Iterator[GrammarFault]:
    if context not in _table().CONTEXTS:
        return  # `map`, `types`, `geo` and blocks of modules hold no directives, or others
    for one in level:
        fault = _fault(one, context)
        if fault is not None:
            yield fault
        if one.block is not None:
            yield from _level(one.block, _table().enter_block_ctx({"directive": one.name}, context))


def _fault(one: Directive, context: tuple[str, ...]) -> GrammarFault | None:
    known = _table().DIRECTIVES
    if one.name not in known:
        meant = _slip(one.name, context)
        return GrammarFault(one, f'unknown directive "{one.name}"', meant=meant) if meant else None
    swallowed = _swallowed(one)
    says = _refusal(one, context)
    if says and swallowed:
        return GrammarFault(one, says, swallowed=swallowed)
    if says and one.name.startswith(_SURE) and not one.name.startswith(_CHANGED):
        return GrammarFault(one, says)
    if one.name == "listen" and swallowed:
        return GrammarFault(one, f'invalid parameter "{swallowed}"', swallowed=swallowed)
    return None


def _refusal(one: Directive, context: tuple[str, ...]) -> str:
    """What crossplane has against a known directive: its place, its arguments, its block; empty where nothing."""
    from crossplane.errors import NgxParserDirectiveError  # type: ignore[import-untyped]

    statement = {"directive": one.name, "line": one.place.line, "args": list(one.args)}
    try:
        _table().analyze(one.place.source, statement, ";" if one.block is None else "{", context)
    except NgxParserDirectiveError as error:
        return str(error.strerror)
    return ""


def _swallowed(one: Directive) -> str:
    """The first argument that is itself a directive of two words or more: `proxy_pass http://x proxy_buffering`."""
    later = one.args[1:] if one.name != "listen" else one.args
    return next((arg for arg in later if "_" in arg and arg in _table().DIRECTIVES and arg != "proxy_protocol"), "")


def _slip(name: str, context: tuple[str, ...]) -> str:
    """The directive of that context whose name is one slip of the pen away; empty for none."""
    if len(name) < _SHORTEST:
        return ""
    allowed = _by_length(context)
    near = (known for length in (len(name), len(name) - 1, len(name) + 1) for known in allowed.get(length, ()))
    return next((known for known in near if _is_one_slip(name, known)), "")


@cache
def _by_length(context: tuple[str, ...]) -> dict[int, list[str]]:
    """The directives of a context by the length of their names: one slip of the pen changes that by one at most."""
    mask = _table().CONTEXTS[context]
    found: dict[int, list[str]] = {}
    for known, masks in _table().DIRECTIVES.items():
        if len(known) >= _SHORTEST and any(one & mask for one in masks):
            found.setdefault(len(known), []).append(known)
    return found


def _is_one_slip(name: str, other: str) -> bool:
    """Whether one letter is missing, too many, wrong or in its neighbour's place; digits tell versions apart."""
    if [char for char in name if char.isdigit()] != [char for char in other if char.isdigit()]:
        return False
    short, long = sorted((name, other), key=len)
    start = next((index for index, char in enumerate(short) if char != long[index]), len(short))
    if len(long) == len(short):
        swapped = short[start : start + 2][::-1] == long[start : start + 2] and short[start + 2 :] == long[start + 2 :]
        return swapped or short[start + 1 :] == long[start + 1 :]
    return len(long) == len(short) + 1 and short[start:] == long[start + 1 :]


@cache
def _table() -> Any:
    """crossplane's table of nginx's directives, with the function that holds a directive against it."""
    # Late, for it takes 30 ms, which a run without nginx need not spend.
    from crossplane import analyzer  # type: ignore[import-untyped]

    return analyzer
