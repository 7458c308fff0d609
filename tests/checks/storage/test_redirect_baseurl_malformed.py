"""The middleware redirect has an address with a scheme and a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.redirect_baseurl_malformed import redirect_baseurl_malformed
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def config(given: Given, options: str, name: str = "redirect", more: str = "") -> RegistryConfig:
    """A registry with one middleware of its storage."""
    return given.config(f"middleware:\n  storage:\n    - name: {name}{more}\n      options: {options}\n")


@pytest.mark.parametrize(
    "options",
    ["{}", "{baseurl: }", "{baseurl: 5}", "{baseurl: cdn.example.com}", "{baseurl: //cdn}", "{baseurl: 'https://'}"],
)
def test_what_is_no_whole_address_is_a_finding(given: Given, options: str) -> None:
    [fail] = given.fails(redirect_baseurl_malformed, config=config(given, options))
    assert "does not start" in fail.message
    assert fail.resource == "middleware.storage.0.options.baseurl"


def test_the_remedy_puts_a_scheme_before_what_lacks_nothing_else(given: Given) -> None:
    [fail] = given.fails(redirect_baseurl_malformed, config=config(given, "{baseurl: 'cdn.example.com:8443/x'}"))
    assert "https://cdn.example.com:8443/x" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("address", ["https://cdn.example.com", "http://10.0.0.1:9000/b", "HTTPS://[::1]/"])
def test_a_whole_address_passes(given: Given, address: str) -> None:
    assert given.passes(redirect_baseurl_malformed, config=config(given, f"{{baseurl: '{address}'}}"))


def test_other_middleware_and_one_that_is_switched_off_are_not_judged(given: Given) -> None:
    bare = "{baseurl: cdn.example.com}"
    given.skips(redirect_baseurl_malformed, config=config(given, bare, name="cloudfront"))
    given.skips(redirect_baseurl_malformed, config=config(given, bare, more="\n      disabled: true"))
    given.skips(redirect_baseurl_malformed, config=given.config("storage: {inmemory: }\n"))
