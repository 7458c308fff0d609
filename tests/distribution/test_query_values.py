"""Queries taken apart."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.query_values import first_values, query_values

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(texts, texts), max_size=6))
def test_what_was_encoded_is_read_as_it_was(pairs: list[tuple[str, str]]) -> None:
    assert query_values(urlencode(pairs)) == pairs


@given(st.text(alphabet="ab=&%2F+;", max_size=40))
def test_it_reads_as_the_standard_library_does(query: str) -> None:
    assert query_values(query) == parse_qsl(query, keep_blank_values=True) or any(
        "=" not in piece for piece in query.split("&")
    )


def test_the_first_of_several_counts_and_a_bare_name_is_none() -> None:
    assert first_values("a=1&b&a=2&c=") == {"a": "1", "c": ""}
    assert first_values("") == {}
