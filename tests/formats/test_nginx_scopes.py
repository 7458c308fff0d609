"""What holds at a place is what the innermost level that speaks of it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regdoctor.formats.located import Place, UndecidedError
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_scopes import Level, Scope


def _say(name: str, *args: str) -> Directive:
    return Directive(name, args, Place("nginx.conf", 1))


def _scope(*levels: list[Directive], whole: bool = True) -> Scope:
    """The innermost level first."""
    return Scope(tuple(Level(tuple(level)) for level in levels), "nginx.conf", whole)


def test_the_innermost_word_holds() -> None:
    scope = _scope([_say("gzip", "off")], [_say("gzip", "on")])
    assert scope.setting("gzip") == _say("gzip", "off")
    assert _scope([], [_say("gzip", "on")]).setting("gzip") == _say("gzip", "on")
    assert _scope([], []).setting("gzip") is None


def test_headers_are_inherited_only_where_a_level_has_none() -> None:
    host, proto = _say("proxy_set_header", "Host", "$http_host"), _say("proxy_set_header", "X-Forwarded-Proto", "https")
    assert _scope([], [host]).header("proxy_set_header", "host") == host
    assert _scope([proto], [host]).header("proxy_set_header", "host") is None


def test_what_a_file_that_was_not_read_may_say_is_not_known() -> None:
    include = _say("include", "proxy_params")
    with pytest.raises(UndecidedError, match="gzip may be set in proxy_params"):
        _scope([include], [_say("gzip", "on")]).setting("gzip")
    with pytest.raises(UndecidedError, match="proxy_set_header Host may be set"):
        _scope([_say("proxy_set_header", "X", "y"), include]).header("proxy_set_header", "Host")
    assert _scope([_say("gzip", "off")], [include]).setting("gzip") == _say("gzip", "off")


def test_a_lone_server_does_not_know_its_http_block() -> None:
    with pytest.raises(UndecidedError, match="the http block around it was not read"):
        _scope([], whole=False).setting("gzip")
    assert _scope([_say("gzip", "on")], whole=False).inner((_say("etag", "on"),)).setting("gzip") is not None


class _Counted(tuple[Directive, ...]):
    """Directives that count how often they are gone through."""

    walks = 0

    def __iter__(self) -> Iterator[Directive]:
        """One by one."""
        _Counted.walks += 1
        return super().__iter__()


def test_a_server_s_directives_are_gone_through_once_for_all_its_locations() -> None:
    many = _Counted([_say("proxy_set_header", f"X-{index}", "y") for index in range(50)])
    server = Scope((Level(many),), "nginx.conf", True)
    for _ in range(100):
        location = server.inner(())
        assert location.setting("gzip") is None
        assert location.header("proxy_set_header", "x-49") == many[49]
    assert _Counted.walks == 1
