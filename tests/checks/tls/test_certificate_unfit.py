"""What is written in a certificate bars it from being a server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.tls.certificate_unfit import certificate_unfit

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served


def test_a_certificate_for_clients_is_a_finding_without_a_failure_mode(given: Given, served: Served) -> None:
    look = served.look(distrust=(26, "unsuitable certificate purpose", 0))
    fail = given.fail(certificate_unfit, looks=served.looks(look))
    assert "extendedKeyUsage" in fail.message
    assert fail.failure_modes == ()


@pytest.mark.parametrize("depth", [1, 9])
def test_another_reason_is_told_in_openssls_words(given: Given, served: Served, depth: int) -> None:
    look = served.look(distrust=(24, "invalid CA certificate", depth))
    fail = given.fail(certificate_unfit, looks=served.looks(look))
    assert "invalid CA certificate" in fail.message
    assert served.intermediate in fail.evidence[0].quote


@pytest.mark.parametrize("code", [66, 67, 68])
def test_what_openssl_alone_takes_for_too_weak_is_unknown(given: Given, served: Served, code: int) -> None:
    look = served.look(distrust=(code, "EE certificate key too weak", 0))
    assert "docker may" in given.unknown(certificate_unfit, looks=served.looks(look))


@pytest.mark.parametrize("code", [None, 9, 10, 18, 20])
def test_what_other_checks_judge_passes(given: Given, served: Served, code: int | None) -> None:
    look = served.look(distrust=(code, "words", 0) if code else None)
    given.passes(certificate_unfit, looks=served.looks(look))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_unfit, looks=served.looks(served.broken("alert")))
