"""Words that distribution 2.8.2 refused when they were tried are findings; those that it took pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Skip
from regdoctor.checks.tls.tls_setting_invalid import tls_setting_invalid
from regdoctor.distribution.tls_settings import CIPHER_SUITES, MINIMUM_TLS

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _told(given: Given, text: str, served: str = "certificate: /a.crt") -> list[Outcome]:
    return given.outcomes(tls_setting_invalid, config=given.config(f"http:\n  tls:\n    {served}\n{text}"))


def _fail(given: Given, text: str) -> Fail:
    (outcome,) = _told(given, text)
    assert isinstance(outcome, Fail)
    return outcome


@pytest.mark.parametrize("word", ["tls1.4", "TLS1.2", "1.2", "TLSv1.2", "ssl3"])
def test_an_unknown_level_is_a_finding(given: Given, word: str) -> None:
    fail = _fail(given, f"    minimumtls: {word}\n")
    assert word in fail.message
    assert [quote.line for quote in fail.evidence] == [4]


def test_the_nearest_word_is_proposed(given: Given) -> None:
    fail = _fail(given, "    minimumtls: TLSv1.3\n")
    assert 'REGISTRY_HTTP_TLS_MINIMUMTLS: "tls1.3"' in fail.remedy[Dialect.COMPOSE].commands


@pytest.mark.parametrize("word", ["TLS_FOO", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"])
def test_an_unknown_cipher_suite_is_a_finding(given: Given, word: str) -> None:
    fail = _fail(given, f"    ciphersuites:\n      - TLS_AES_128_GCM_SHA256\n      - {word}\n")
    assert fail.resource == "http.tls.ciphersuites.1"
    assert [quote.line for quote in fail.evidence] == [6]


@pytest.mark.parametrize(
    "text",
    ["", '    minimumtls: ""\n', f"    ciphersuites: [{', '.join(CIPHER_SUITES)}]\n"]
    + [f"    minimumtls: {word}\n" for word in MINIMUM_TLS],
)
def test_what_the_registry_knows_passes(given: Given, text: str) -> None:
    assert _told(given, text) == [Pass()]


def test_both_are_told(given: Given) -> None:
    assert len(_told(given, "    minimumtls: x\n    ciphersuites: [y]\n")) == 2


def test_a_registry_with_lets_encrypt_serves_tls_too(given: Given) -> None:
    assert isinstance(_told(given, "    minimumtls: x\n", "letsencrypt: {cachefile: /c}")[0], Fail)


def test_a_registry_without_tls_is_skipped(given: Given) -> None:
    assert isinstance(_told(given, "    minimumtls: tls1.9\n", "key: /a.key")[0], Skip)
