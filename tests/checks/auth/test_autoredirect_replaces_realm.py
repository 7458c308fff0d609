"""autoredirect takes the place of GitLab's realm, but where distribution 3.x is told the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.auth.autoredirect_replaces_realm import autoredirect_replaces_realm
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = "version: 0.1\nauth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"


@pytest.mark.parametrize("generation", [None, *Generation])
def test_autoredirect_is_a_finding_whatever_the_product(given: Given, generation: Generation | None) -> None:
    config = given.config(f"{REALM}    autoredirect: true\n")
    fail = given.fail(autoredirect_replaces_realm, config=config, product=given.product(generation))

    assert "/auth/token" in fail.message
    assert [quote.line for quote in fail.evidence] == [5, 4]


@pytest.mark.parametrize("line", ["", "    autoredirect: false\n", '    autoredirect: "true"\n'])
def test_without_it_the_realm_counts(given: Given, line: str) -> None:
    assert given.passes(autoredirect_replaces_realm, config=given.config(REALM + line), product=given.product())


def test_distribution_3_may_be_told_gitlabs_path(given: Given) -> None:
    config = given.config(f"{REALM}    autoredirect: true\n    autoredirectpath: /jwt/auth\n")

    assert given.passes(
        autoredirect_replaces_realm, config=config, product=given.product(Generation.DISTRIBUTION_3, 3, 0, 0)
    )
    assert given.unknown(autoredirect_replaces_realm, config=config, product=given.product())
    given.fail(autoredirect_replaces_realm, config=config, product=given.product(Generation.DISTRIBUTION_2, 2, 8))


def test_a_token_service_behind_the_registrys_own_address_is_what_it_is_for(given: Given) -> None:
    config = given.config("auth: {token: {realm: https://auth.example.com/token, autoredirect: true}}\n")
    given.skips(autoredirect_replaces_realm, config=config, product=given.product())
