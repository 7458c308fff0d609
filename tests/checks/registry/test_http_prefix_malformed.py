"""A prefix begins with a slash; how it ends makes no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.registry.http_prefix_malformed import http_prefix_malformed

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize("prefix", ["my/nested", "my/nested/"])
def test_without_its_first_slash_everything_is_404(given: Given, prefix: str) -> None:
    fail = given.fail(http_prefix_malformed, config=given.config(f"http:\n  prefix: {prefix}\n"))
    assert f'http.prefix is "{prefix}"' in fail.message
    assert fail.evidence[0].line == 2
    assert fail.remedy[Dialect.PLAIN].commands == (f"http:\n  prefix: /{prefix}",)


@pytest.mark.parametrize("prefix", ["/", "/my/nested", "/my/nested/"])
def test_with_it_the_registry_serves_below_it(given: Given, prefix: str) -> None:
    assert given.passes(http_prefix_malformed, config=given.config(f"http: {{prefix: {prefix}}}"))


@pytest.mark.parametrize("text", ["http: {addr: ':5000'}", "http: {prefix: ''}", "http: {prefix: }"])
def test_without_a_prefix_there_is_nothing_to_judge(given: Given, text: str) -> None:
    assert given.skips(http_prefix_malformed, config=given.config(text))
