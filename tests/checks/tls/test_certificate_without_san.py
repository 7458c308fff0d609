"""A certificate without subjectAltName is refused by clients written in Go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.certificate_without_san import certificate_without_san

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://registry.example.com", "DNS:registry.example.com"),
        ("https://10.0.0.1:5000", "IP:10.0.0.1"),
        ("https://[2001:db8::1]", "IP:2001:db8::1"),
    ],
)
def test_the_name_that_is_needed_is_told(given: Given, served: Served, url: str, name: str) -> None:
    look = served.look(served.certificate(san=False, names=()), url=url)
    fail = given.fail(certificate_without_san, looks=served.looks(look))
    assert name in fail.remedy[Dialect.PLAIN].text


def test_with_names_it_passes(given: Given, served: Served) -> None:
    given.passes(certificate_without_san, looks=served.looks(served.look()))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(certificate_without_san, looks=served.looks(served.broken("alert")))
