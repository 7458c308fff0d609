"""Variables of set and map are replaced, those of nginx itself stay."""

from __future__ import annotations

import pytest

from regdoctor.formats.located import Place, UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_scopes import Level, Scope
from regdoctor.formats.nginx_values import _Expansion, possible_texts

PLACE = Place("nginx.conf", 1)


def _set(name: str, value: str) -> Directive:
    return Directive("set", (f"${name}", value), PLACE)


def _texts(text: str, *level: Directive, **maps: tuple[str, ...]) -> tuple[str, ...]:
    return possible_texts(text, Scope((Level(level),), "nginx.conf", True), NginxConfig((), (), maps))


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


def test_a_few_hundred_outputs_are_followed() -> None:
    outputs = tuple(map(str, range(300)))
    assert _texts("$a", a=outputs) == outputs


@pytest.mark.parametrize(("text", "number"), [("$a", 301), ("$a$a", 18)])
def test_what_may_become_too_many_is_not_known(text: str, number: int) -> None:
    with pytest.raises(UndecidedError, match="may become more than 300 different texts"):
        _texts(text, a=tuple(map(str, range(number))))


@pytest.mark.parametrize("number", [12, 3000])
def test_maps_that_double_each_other_come_to_an_end(number: int) -> None:
    maps = {f"m{index}": (f"$m{index + 1}", f"$m{index + 1}$m{index + 1}") for index in range(number)}
    expansion = _Expansion(Scope((), "nginx.conf", True), NginxConfig((), (), maps))
    with pytest.raises(UndecidedError):
        expansion.texts("$m0$m1", 8)
    assert expansion.steps < 100


def test_maps_that_all_name_each_other_come_to_an_end() -> None:
    names = [f"m{index}" for index in range(250)]
    maps = {name: tuple(f"${other}" for other in names) for name in names}
    expansion = _Expansion(Scope((), "nginx.conf", True), NginxConfig((), (), maps))
    with pytest.raises(UndecidedError):
        expansion.texts("$m0", 8)
    assert expansion.steps <= 601


def test_what_was_found_serves_every_place_where_set_says_the_same() -> None:
    config = NginxConfig((), (), {"a": ("1", "2")})
    level = Level((_set("b", "3"),))
    for inner in (Level(()), Level(())):
        assert possible_texts("$a$b", Scope((inner, level), "nginx.conf", True), config) == ("13", "23")
    assert len(config.texts) == 1
