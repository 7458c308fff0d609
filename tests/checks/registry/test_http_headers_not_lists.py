"""A header that is not a list keeps the registry from starting, wherever headers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass
from regdoctor.checks.registry.http_headers_not_lists import http_headers_not_lists

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("value", "problem"),
    [("nosniff", "a single value"), ("5", "a single value"), ("{a: b}", "a mapping"), ("[{a: b}]", "other things")],
)
def test_another_value_than_a_list_is_a_finding(given: Given, value: str, problem: str) -> None:
    config = given.config(f"version: 0.1\nhttp:\n  headers:\n    X-Content-Type-Options: {value}\n")
    (fail,) = given.fails(http_headers_not_lists, config=config)

    assert problem in fail.message
    assert [quote.line for quote in fail.evidence] == [4]


def test_the_remedy_is_the_header_in_brackets(given: Given) -> None:
    config = given.config("version: 0.1\nhttp:\n  headers:\n    X-Content-Type-Options: nosniff\n")
    (fail,) = given.fails(http_headers_not_lists, config=config)

    assert fail.remedy[Dialect.PLAIN].commands == ('X-Content-Type-Options: ["nosniff"]',)


@pytest.mark.parametrize(
    "text",
    [
        "notifications: {endpoints: [{name: a, headers: {Authorization: hunter2}}]}",
        "health: {http: [{uri: 'http://h', headers: {Authorization: hunter2}}]}",
    ],
)
def test_headers_of_requests_are_judged_and_not_shown(given: Given, text: str) -> None:
    (fail,) = given.fails(http_headers_not_lists, config=given.config(f"version: 0.1\n{text}\n"))

    assert "hunter2" not in repr(fail)


@pytest.mark.parametrize("value", ["a", "[a]"])
def test_headers_that_are_no_mapping_are_a_finding(given: Given, value: str) -> None:
    (fail,) = given.fails(http_headers_not_lists, config=given.config(f"http: {{headers: {value}}}"))

    assert fail.resource == "http.headers"


@pytest.mark.parametrize("headers", ["{X-A: [a], X-B: [1, true], X-C: }", "{}", ""])
def test_lists_pass(given: Given, headers: str) -> None:
    (found,) = given.outcomes(http_headers_not_lists, config=given.config(f"http:\n  headers: {headers}\n"))

    assert isinstance(found, Pass)
