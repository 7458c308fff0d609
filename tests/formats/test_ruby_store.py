"""Hashes come into being where they are filled, as in Omnibus."""

from __future__ import annotations

from regdoctor.formats.located import Computed
from regdoctor.formats.ruby_store import RubyStore
from regdoctor.formats.ruby_values import Literal


def _put(store: RubyStore, path: str, value: Literal) -> None:
    store.put(tuple(path.split(".")), value, 9, lambda: Computed("code"))


def test_a_path_is_made_and_later_values_win() -> None:
    store = RubyStore()
    _put(store, "a.b.c", Literal(1, 1))
    _put(store, "a.b.c", Literal(2, 2))
    assert store.at(("a", "b", "c")) == Literal(2, 2)
    assert store.at(("a", "x", "c")) is None


def test_what_is_below_a_computed_value_or_in_a_list_is_not_known() -> None:
    store = RubyStore()
    _put(store, "a.b", Literal(1, Computed("f")))
    _put(store, "a.b.c", Literal(2, 1))
    assert store.at(("a", "b")) == Literal(1, Computed("f"))
    _put(store, "a.l", Literal(3, [Literal(3, 1)]))
    _put(store, "a.l.0", Literal(4, 2))
    assert store.at(("a", "l")) == Literal(9, Computed("code"))
