"""Who limits bodies, by the page and by the size."""

from __future__ import annotations

import pytest

from regdoctor.distribution.body_limits import MODSECURITY_LIMIT, NGINX, body_limit_of


@pytest.mark.parametrize("author", ["nginx", "OpenResty", "a server built on nginx"])
def test_nginx_and_what_is_built_on_it_have_one_setting(author: str) -> None:
    assert body_limit_of(author, 1 << 20) is NGINX


@pytest.mark.parametrize("author", ["nginx", "Apache", None])
def test_the_recommended_value_tells_modsecurity(author: str | None) -> None:
    found = body_limit_of(author, MODSECURITY_LIMIT)
    assert "SecRequestBodyLimit" in found.set_by
    assert found.failure_mode == "PROXY-07"


def test_modsecurity_goes_on_with_its_other_rules() -> None:
    (line,) = body_limit_of(None, MODSECURITY_LIMIT).lines
    assert "ctl:requestBodyAccess=Off" in line
    assert "ruleEngine" not in line


def test_the_same_value_of_another_proxy_is_its_own() -> None:
    assert body_limit_of("Cloudflare", MODSECURITY_LIMIT).failure_mode == "PROXY-06"


@pytest.mark.parametrize(
    ("author", "words"),
    [
        ("Cloudflare", "100 MB of Free"),
        ("Amazon API Gateway", "10 MB"),
        ("HAProxy", "a rule"),
        ("Apache", "LimitRequestBody has no effect"),
        ("IIS", "maxAllowedContentLength"),
    ],
)
def test_each_says_what_sets_it(author: str, words: str) -> None:
    assert words in body_limit_of(author, None).set_by


@pytest.mark.parametrize("author", [None, "squid", "something new"])
def test_who_is_not_known_is_looked_for(author: str | None) -> None:
    found = body_limit_of(author, None)
    assert found.set_by == ""
    assert "Find the proxy" in found.advice


@pytest.mark.parametrize("author", ["nginx", "Apache", "HAProxy", "IIS"])
def test_what_can_be_pasted_has_nothing_to_fill_in(author: str) -> None:
    assert all("<" not in line and "…" not in line for line in body_limit_of(author, None).lines)
