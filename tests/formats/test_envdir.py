"""An environment directory gives the variables that chpst would set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.envdir import parse_envdir


def test_the_first_line_is_the_value_as_omnibus_writes_it() -> None:
    files = {
        "SSL_CERT_DIR": b"/opt/gitlab/embedded/ssl/certs/",
        "REGISTRY_HTTP_RELATIVEURLS": b"true \t\nrest\n",
    }
    assert parse_envdir(files) == {
        "SSL_CERT_DIR": "/opt/gitlab/embedded/ssl/certs/",
        "REGISTRY_HTTP_RELATIVEURLS": "true",
    }


def test_a_nul_is_a_line_break_and_leading_blanks_stay() -> None:
    assert parse_envdir({"A": b" a\0b\0\n"}) == {"A": " a\nb\n"}


def test_an_empty_file_takes_the_variable_away_and_an_empty_line_sets_it_to_nothing() -> None:
    assert parse_envdir({"GONE": b"", "EMPTY": b"\n"}) == {"EMPTY": ""}


def test_names_that_are_no_variables_are_passed_over() -> None:
    assert parse_envdir({".swp": b"x", "A=B": b"x", "": b"x"}) == {}


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert parse_envdir({"A": b"caf\xe9"}) == {"A": "caf\ufffd"}


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=40)))
def test_any_files_give_text_without_nul_or_trailing_blanks(files: dict[str, bytes]) -> None:
    for value in parse_envdir(files).values():
        assert "\0" not in value
        assert not value.endswith((" ", "\t"))
