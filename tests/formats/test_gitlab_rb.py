"""gitlab.rb as a whole: effective values, both names of the registry's nginx, and no crash on any input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.located import Place, UndecidedError, UnreadableError


def _rb(code: str) -> GitLabRb:
    return parse_gitlab_rb(code.encode(), "/etc/gitlab/gitlab.rb")


def test_a_value_has_its_line_and_its_name() -> None:
    rb = _rb("external_url 'https://g'\n\nregistry['storage'] = {\n  's3' => {\n    'bucket' => 'b' } }\n")
    bucket = rb.at("registry", "storage", "s3", "bucket")
    assert bucket is not None
    assert (bucket.text(), bucket.place.line, bucket.place.source) == ("b", 5, "/etc/gitlab/gitlab.rb")
    assert bucket.quote().quote == "registry['storage']['s3']['bucket']: b"
    assert rb.at("registry", "storage", "gcs") is None


def test_a_computed_value_says_so_when_it_is_asked_for() -> None:
    rb = _rb("registry['storage'] = ENV['STORAGE']\n")
    with pytest.raises(UndecidedError, match=r"gitlab\.rb:1: ENV\['STORAGE'\]"):
        rb.at("registry", "storage", "s3")


def test_nil_is_as_good_as_nothing() -> None:
    rb = _rb("registry['debug_addr'] = nil\n")
    assert rb.at("registry", "debug_addr") is not None
    assert rb.given("registry", "debug_addr") is None


def test_the_present_name_of_nginx_wins_and_the_legacy_one_fills_in() -> None:
    rb = _rb(
        "registry['nginx']['listen_port'] = 1\nregistry['nginx']['enable'] = nil\n"
        "registry_nginx['listen_port'] = 2\nregistry_nginx['enable'] = false\n"
        "registry_nginx['proxy_set_headers'] = {'A' => 'b'}\n"
    )
    shown = [rb.nginx(*path.split(".")) for path in ("listen_port", "enable", "proxy_set_headers.A", "listen_https")]
    assert [value and (value.name, value.text()) for value in shown] == [
        ("registry['nginx']['listen_port']", "1"),
        ("registry_nginx['enable']", "false"),
        ("registry_nginx['proxy_set_headers']['A']", "b"),
        None,
    ]


def test_a_setting_that_is_spelt_out_again_is_kept_with_both_lines() -> None:
    rb = _rb(
        "registry['dir'] = '/a'\nregistry['dir'] = '/b'\n"
        "registry['internal_key'] = 'a'\nregistry['internal_key'] = 'b'\n"
    )
    assert [(lost.name, lost.place.line, kept.place.line) for lost, kept in rb.repeated] == [
        ("registry['dir']", 1, 2),
        ("registry['internal_key']", 3, 4),
    ]
    assert "'b'" not in repr(rb.repeated[1])


def test_lines_are_counted_from_the_first_one() -> None:
    rb = parse_gitlab_rb(b"\xef\xbb\xbfa = 1\nregistry['dir'] = '/r'\n", "c.yml", first_line=7)
    folder = rb.at("registry", "dir")
    assert folder is not None
    assert folder.place == Place("c.yml", 8)
    with pytest.raises(UnreadableError, match=r"^c\.yml:7: a syntax error"):
        parse_gitlab_rb(b"registry['a' = 1\n", "c.yml", first_line=7)


def test_another_file_makes_it_incomplete() -> None:
    assert _rb("registry['a'] = 1\n").is_complete()
    assert not _rb("from_file '/etc/gitlab/more.rb'\n").is_complete()


def test_an_empty_file_sets_nothing() -> None:
    assert _rb("").tree.entries() == {}


_WORDS = st.sampled_from(
    (
        *("registry", "['a']", "[:b]", " = ", " ||= ", " << ", "{", "}", "=>", "'x'", '"#{', "}", '"', "<<~E\n", "E\n"),
        *("\n", "if ", "end\n", "external_url ", "%w[", "]", "(", ")", "+", "nil", "1_0", "0x", ":", "|", "do ", "?a"),
        *("\\u{", ".merge!", ",", "*", "**", "=begin\n"),
    )
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.lists(_WORDS, max_size=40).map(lambda words: "".join(words).encode()), st.text().map(str.encode), st.binary()
    )
)
def test_any_input_gives_settings_or_one_line(data: bytes) -> None:
    refusal, quotes = "g.rb: nothing is wrong", []
    try:
        quotes = [value.quote() for _, value in parse_gitlab_rb(data, "g.rb").tree.walk()]
    except UnreadableError as error:
        refusal = str(error)
    assert refusal.startswith("g.rb:")
    assert "\n" not in refusal
    assert all(quote.source == "g.rb" for quote in quotes)


@pytest.mark.parametrize("bracket", ["[", "{'a' => ", "(", "if true\n", "'a' + ", "x = ", "!", "-", 'x["a#{'])
def test_deep_nesting_is_one_line(bracket: str) -> None:
    with pytest.raises(UnreadableError, match=r"^g\.rb:\d+: "):
        parse_gitlab_rb(f"registry['a'] = {bracket * 3000}".encode(), "g.rb")


def test_a_megabyte_of_lines_is_read() -> None:
    code = "".join(f"registry['k{number}'] = 'v' # comment\n" for number in range(20_000))
    assert len(_rb(code).at("registry").entries()) == 20_000  # type: ignore[union-attr]


def test_the_time_grows_in_proportion_to_the_file() -> None:
    spent = []
    for lines in (2_000, 16_000):
        data = "".join(f"gitlab_rails['x{number}'] = 'value {number}'\n" for number in range(lines)).encode()
        began = time.process_time()
        rails = parse_gitlab_rb(data, "g.rb").at("gitlab_rails")
        assert rails is not None
        assert len(rails.entries()) == lines
        spent.append(time.process_time() - began)
    assert spent[1] < 8 * 3 * spent[0]
