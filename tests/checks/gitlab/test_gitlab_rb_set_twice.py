"""Of two lines that spell out the same setting the later counts, and both are quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.gitlab.gitlab_rb_set_twice import gitlab_rb_set_twice

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            "registry_external_url 'https://a'",
            "registry_external_url 'https://b'",
            "twice, https://a, and then https://b",
        ),
        ("registry['storage'] = {'s3' => {}}", "registry['storage'] = {'gcs' => {}}", "twice, s3, and then gcs"),
        ("registry['redis'] = {'addr' => 'a'}", "registry['redis'] = {'addr' => 'b'}", "twice with different values"),
        ("registry['notifications'] = [1]", "registry['notifications'] = [1, 2]", "a list of 1, and then a list of 2"),
        ("registry['enable'] = true", "registry['enable'] = false", "true, and then false"),
        ("gitlab_rails['registry_path'] = '/a'", "gitlab_rails['registry_path'] = nil", "/a, and then nothing"),
    ],
)
def test_two_values_are_a_finding_with_both_lines(given: Given, one: str, other: str, words: str) -> None:
    fail = given.fail(gitlab_rb_set_twice, rb=given.rb(f"{one}\n# between\n{other}\n"))
    assert words in fail.message
    assert [quote.line for quote in fail.evidence] == [1, 3]


def test_three_values_are_one_finding(given: Given) -> None:
    code = "registry['dir'] = '/a'\nregistry['dir'] = '/b'\nregistry['dir'] = '/c'\n"
    fail = given.fail(gitlab_rb_set_twice, rb=given.rb(code))
    assert "set 3 times, /b, and then /c" in fail.message
    assert [quote.line for quote in fail.evidence] == [1, 2, 3]


def test_a_secret_that_is_set_twice_is_not_shown(given: Given) -> None:
    code = "registry['http_secret'] = 'canary-one-1'\nregistry['http_secret'] = 'canary-two-2'\n"
    assert "canary" not in repr(given.fail(gitlab_rb_set_twice, rb=given.rb(code)))


def test_what_adds_to_a_block_passes(given: Given) -> None:
    code = "registry['storage'] = {'s3' => {}}\nregistry['storage']['redirect'] = {'disable' => true}\n"
    assert given.passes(gitlab_rb_set_twice, rb=given.rb(code))
