"""Directives keep arguments, file and line; an include is replaced by what it brings in."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place, UnreadableError
from regdoctor.formats.nginx_directives import Directive, directives


def _statement(name: str, *args: str, line: int = 1, block: list[object] | None = None) -> dict[str, object]:
    found: dict[str, object] = {"directive": name, "line": line, "args": list(args)}
    return found if block is None else found | {"block": block}


def _read(*statements: dict[str, object]) -> tuple[Directive, ...]:
    return directives(statements, "nginx.conf", lambda _: None)


def test_each_knows_its_file_and_line() -> None:
    (http,) = _read(_statement("http", line=3, block=[_statement("gzip", "on", line=4)]))
    (gzip,) = http.named("gzip")
    assert (http.where(), gzip.where()) == ("nginx.conf:3", "nginx.conf:4")
    assert [one.name for one in http.walk()] == ["http", "gzip"]


@pytest.mark.parametrize(
    ("statement", "quote"),
    [
        (_statement("gzip", "on"), "gzip on;"),
        (_statement("location", "~", "^/v2/", block=[]), "location ~ ^/v2/ {"),
        (_statement("proxy_set_header", "Forwarded", ""), "proxy_set_header Forwarded '';"),
        (_statement("add_header", "X", "it's; so"), r"add_header X 'it\'s; so';"),
        (_statement("proxy_set_header", "Host", "${host}"), "proxy_set_header Host ${host};"),
    ],
)
def test_it_is_quoted_as_it_is_written(statement: dict[str, object], quote: str) -> None:
    (one,) = _read(statement)
    assert one.quote().quote == quote


def test_an_include_gives_way_to_what_it_brings_in() -> None:
    brought = Directive("gzip", ("on",), Place("x.conf", 7))
    read = directives(
        [_statement("http", block=[_statement("include", "x.conf"), _statement("include", "y.conf")])],
        "nginx.conf",
        lambda one: (brought,) if one.args == ("x.conf",) else None,
    )
    assert [(one.name, one.place.source) for one in read[0].block or ()] == [
        ("gzip", "x.conf"),
        ("include", "nginx.conf"),
    ]


def test_a_header_that_opens_something_is_never_shown() -> None:
    (one,) = _read(_statement("proxy_set_header", "Authorization", "Basic YWxpY2U6c2VjcmV0"))
    assert "YWxpY2U6c2VjcmV0" not in repr(one)
    (passed_on,) = _read(_statement("proxy_set_header", "Authorization", "$http_authorization"))
    assert passed_on.args[1] == "$http_authorization"


def test_blocks_nested_too_deep_are_refused() -> None:
    deep = _statement("a", block=[])
    for _ in range(41):
        deep = _statement("a", block=[deep])
    with pytest.raises(UnreadableError, match="nested more than 40 deep"):
        _read(deep)
