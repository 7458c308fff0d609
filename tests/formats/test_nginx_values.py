"""Variables of set and map are replaced, those of nginx itself stay."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_scopes import Scope
from regdoctor.formats.nginx_values import possible_texts, variables_in

PLACE = Place("nginx.conf", 1)


def _set(name: str, value: str) -> Directive:
    return Directive("set", (f"${name}", value), PLACE)


def _texts(text: str, *level: Directive, **maps: tuple[str, ...]) -> tuple[str, ...]:
    return possible_texts(text, Scope((level,), "nginx.conf", True), NginxConfig((), (), maps))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("http://$up:5000", ("http://registry:5000",)),
        ("http://${up}:5000", ("http://registry:5000",)),
        ("$scheme", ("$scheme",)),
        ("${scheme}", ("$scheme",)),
        ("plain", ("plain",)),
        ("$chain/x", ("registry/x",)),
    ],
)
def test_set_variables_are_replaced(text: str, found: tuple[str, ...]) -> None:
    assert _texts(text, _set("up", "registry"), _set("chain", "$up")) == found


def test_a_map_gives_several() -> None:
    assert _texts("$proto", proto=("$http_x_forwarded_proto", "$scheme")) == ("$http_x_forwarded_proto", "$scheme")


def test_an_if_may_change_it() -> None:
    condition = Directive("if", ("$x",), PLACE, (_set("up", "other"),))
    assert _texts("$up", _set("up", "registry"), condition) == ("registry", "other")


def test_a_circle_of_variables_ends() -> None:
    assert len(_texts("$a", _set("a", "$b"), _set("b", "$a"))) == 1


def test_many_outputs_are_bounded() -> None:
    outputs = tuple(map(str, range(1000)))
    assert len(_texts("$a$a$a", a=outputs)) == 64


def test_the_names_in_a_text_are_told() -> None:
    assert variables_in("$a-${b}c$") == {"a", "b"}
