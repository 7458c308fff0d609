"""A list of algorithms without GitLab's shuts GitLab's tokens out of distribution 3.x."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.auth.signing_algorithm_excluded import signing_algorithm_excluded
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def config(listed: str, realm: str = "https://gitlab.example.com/jwt/auth") -> str:
    return f"version: 0.1\nauth:\n  token:\n    realm: {realm}\n{listed}"


OTHERS = "    signingalgorithms:\n      - ES256\n      - EdDSA\n"


def test_a_list_without_rs256_is_a_finding(given: Given) -> None:
    product = given.product(Generation.DISTRIBUTION_3, 3, 0, 0)
    fail = given.fail(signing_algorithm_excluded, config=given.config(config(OTHERS)), product=product)

    assert "ES256, EdDSA" in fail.message
    assert fail.severity is None
    assert [quote.line for quote in fail.evidence[1:]] == [6, 7]


def test_it_is_a_warning_where_the_product_is_not_known(given: Given) -> None:
    fail = given.fail(signing_algorithm_excluded, config=given.config(config(OTHERS)), product=given.product())

    assert fail.severity is Severity.WARNING
    assert "if this is distribution 3.x" in fail.message


@pytest.mark.parametrize("listed", ["[RS256]", "[ES256, RS256]", "[]"])
def test_a_list_with_rs256_and_an_empty_one_pass(given: Given, listed: str) -> None:
    product = given.product(Generation.DISTRIBUTION_3, 3)
    text = config(f"    signingalgorithms: {listed}\n")
    assert given.passes(signing_algorithm_excluded, config=given.config(text), product=product)


def test_what_does_not_apply_is_skipped(given: Given) -> None:
    third, second = given.product(Generation.DISTRIBUTION_3, 3), given.product(Generation.DISTRIBUTION_2, 2, 8)

    given.skips(signing_algorithm_excluded, config=given.config(config("")), product=third)
    given.skips(signing_algorithm_excluded, config=given.config(config(OTHERS)), product=second)
    others = config(OTHERS, realm="https://auth.example.com/auth")
    given.skips(signing_algorithm_excluded, config=given.config(others), product=third)
