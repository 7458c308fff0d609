"""A pair in gitlab.rb must be PEM with line breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.gitlab.internal_key_not_pem import internal_key_not_pem
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.located import UndecidedError

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _rb(code: str) -> GitLabRb:
    return parse_gitlab_rb(code.encode(), "g.rb")


def _one_line(pem: bytes) -> str:
    return pem.decode().replace("\n", "\\n")


def test_line_breaks_in_single_quotes_are_none(given: Given) -> None:
    key, certificate = given.key_pem(given.rsa()), given.certificate(given.rsa())
    code = f"registry['internal_key'] = '{_one_line(key)}'\n"
    code += f"registry['internal_certificate'] = '{_one_line(certificate)}'\n"
    fail = given.fail(internal_key_not_pem, rb=_rb(code))
    assert "registry['internal_key'] has its line breaks as the two characters" in fail.message
    assert "registry['internal_certificate'] has its line breaks" in fail.message
    assert [quote.line for quote in fail.evidence] == [1, 2]
    assert key.decode().splitlines()[1] not in repr(fail)


def test_double_quotes_and_here_documents_pass(given: Given) -> None:
    key, certificate = given.key_pem(given.rsa()), given.certificate(given.rsa())
    code = f"registry['internal_key'] = \"{_one_line(key)}\"\n"
    code += f"registry['internal_certificate'] = <<~PEM\n{certificate.decode()}PEM\n"
    assert given.passes(internal_key_not_pem, rb=_rb(code))


@pytest.mark.parametrize("value", ["'/etc/gitlab/registry.key'", "'---BEGIN RSA PRIVATE KEY---'", "''"])
def test_what_is_no_pem_is_a_finding(given: Given, value: str) -> None:
    fail = given.fail(internal_key_not_pem, rb=_rb(f"registry['internal_key'] = {value}\n"))
    assert "registry['internal_key'] holds no private key" in fail.message
    assert "(PEM)" not in fail.message


def test_the_halves_must_not_be_swapped(given: Given) -> None:
    certificate = given.certificate(given.rsa())
    fail = given.fail(internal_key_not_pem, rb=_rb(f"registry['internal_key'] = \"{_one_line(certificate)}\"\n"))
    assert fail.message == "registry['internal_key'] holds a certificate where the private key belongs"


def test_without_a_pair_omnibus_makes_one(given: Given) -> None:
    assert given.skips(internal_key_not_pem, rb=_rb("registry['internal_key'] = nil\n"))


def test_a_pair_from_a_file_is_not_known(given: Given) -> None:
    with pytest.raises(UndecidedError, match=r"File\.read\('/k'\)"):
        given.outcome(internal_key_not_pem, rb=_rb("registry['internal_key'] = File.read('/k')\n"))


def test_the_remedy_speaks_of_quotes_only_where_they_are_the_fault(given: Given) -> None:
    key = _one_line(given.key_pem(given.rsa()))
    single = given.fail(internal_key_not_pem, rb=_rb(f"registry['internal_key'] = '{key}'\n"))
    double = given.fail(internal_key_not_pem, rb=_rb("registry['internal_key'] = \"no key at all\"\n"))
    assert "double quotes" in single.remedy[Dialect.PLAIN].text
    assert "double quotes" not in double.remedy[Dialect.PLAIN].text
    assert "Write the whole text of the PEM file" in double.remedy[Dialect.PLAIN].text
