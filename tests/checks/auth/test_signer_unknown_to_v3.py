"""Distribution 3.x without a file of keys refuses every token of GitLab; other registries take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.auth.signer_unknown_to_v3 import signer_unknown_to_v3
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

CONFIG = "version: 0.1\nauth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"


def test_distribution_3_with_gitlab_is_a_finding(given: Given) -> None:
    product = given.product(Generation.DISTRIBUTION_3, 3, 0, 0)
    fail = given.fail(signer_unknown_to_v3, config=given.config(CONFIG), product=product)

    assert "distribution 3.0.0" in fail.message
    assert [quote.line for quote in fail.evidence] == [6, 4]
    assert "registry:2.8.3" in fail.remedy[Dialect.COMPOSE].commands[0]


def test_the_key_is_named_as_gitlab_names_it_where_the_certificate_was_read(given: Given) -> None:
    files = given.files(given.certificate(given.rsa()), None)
    product = given.product(Generation.DISTRIBUTION_3, 3)
    fail = given.fail(signer_unknown_to_v3, config=given.config(CONFIG), product=product, files=files)

    assert files.bundle is not None
    assert files.bundle.contents is not None
    kid = files.bundle.contents.certificates[0].key.libtrust_id
    assert kid
    assert kid in fail.message
    assert kid in fail.remedy[Dialect.PLAIN].text


def test_a_file_of_keys_passes(given: Given) -> None:
    config = given.config(f"{CONFIG}    jwks: /etc/registry/jwks.json\n")
    product = given.product(Generation.DISTRIBUTION_3, 3)
    assert "jwks.json" in given.passes(signer_unknown_to_v3, config=config, product=product)


@pytest.mark.parametrize("generation", [Generation.DISTRIBUTION_2, Generation.GITLAB])
def test_registries_that_know_libtrust_pass(given: Given, generation: Generation) -> None:
    assert given.passes(signer_unknown_to_v3, config=given.config(CONFIG), product=given.product(generation))


def test_an_unknown_product_and_another_token_service_are_skipped(given: Given) -> None:
    assert "3.x alone" in given.skips(signer_unknown_to_v3, config=given.config(CONFIG), product=given.product())
    other = given.config("auth: {token: {realm: https://auth.example.com/auth}}\n")
    given.skips(signer_unknown_to_v3, config=other, product=given.product(Generation.DISTRIBUTION_3, 3))
