"""A value is what gitlab.rb says, else the default, else unknown where another file may say it."""

from __future__ import annotations

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Computed, Located, Place, UndecidedError
from regdoctor.formats.omnibus_values import Omnibus, Url, derived


def test_a_setting_then_a_default_then_nothing_known() -> None:
    rb = parse_gitlab_rb(b"registry['dir'] = '/r'\n", "g.rb")
    assert Omnibus(rb).value(("registry", "dir"), "/d").place.line == 1
    default = Omnibus(rb).value(("registry", "log_level"), "info")
    assert (default.text(), default.place.layer, default.name) == ("info", "default", "registry['log_level']")
    more = Omnibus(parse_gitlab_rb(b"from_file '/x'\n", "g.rb")).value(("registry", "dir"), "/d")
    assert isinstance(more.value, Computed)
    assert (more.place, more.value.expression.split()[0]) == (Place("g.rb", 1), "from_file")


def test_what_another_file_may_set_is_told_in_the_same_words_for_every_setting() -> None:
    omnibus = Omnibus(parse_gitlab_rb(b"\nfrom_file '/x'\n", "g.rb"))
    told = set()
    for path in (("registry", "dir"), ("gitlab_rails", "shared_path")):
        with pytest.raises(UndecidedError) as caught:
            omnibus.value(path, "/d").text()
        told.add(str(caught.value))
    (words,) = told
    assert words.startswith("what g.rb does not set itself is worked out at run time (g.rb:2: from_file takes in")


def test_what_is_made_of_a_value_keeps_its_place_and_says_how() -> None:
    value = Located("/r", Place("g.rb", 3), "registry['dir']")
    made = derived(value, lambda path: f"{path}/x", "with /x")
    assert (made.text(), made.place.line, made.name) == ("/r/x", 3, "registry['dir'] (with /x)")
    computed = Located(Computed("f"), Place("g.rb", 3), "registry['dir']")
    assert derived(computed, lambda path: f"{path}/x", "with /x") is computed


@pytest.mark.parametrize(
    ("url", "host", "port", "own_port", "https"),
    [
        ("https://r.example.com", "r.example.com", None, "443", "true"),
        ("https://r.example.com:5050/", "r.example.com", "5050", "5050", "true"),
        ("http://r.example.com", "r.example.com", None, "80", "false"),
        ("http://[::1]:81", "::1", "81", "81", "false"),
        ("r.example.com", None, None, None, None),
        ("https://r.example.com:port", "r.example.com", None, None, "true"),
        ("https://[r", None, None, None, None),
    ],
)
def test_the_parts_of_a_url(
    url: str, host: str | None, port: str | None, own_port: str | None, https: str | None
) -> None:
    found = Url(Located(url, Place("g.rb", 1), "registry_external_url"))
    parts = (found.host(), found.port(), found.port(always=True), found.https())
    assert [part and part.text() for part in parts] == [host, port, own_port, https]
