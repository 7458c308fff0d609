"""A login in a mirror's URL stops dockerd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass, Skip
from regdoctor.checks.clients.mirror_with_login import mirror_with_login

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients


@pytest.mark.parametrize("login", ["alice:correct-horse", "alice"])
def test_a_login_is_a_finding_that_does_not_show_the_password(clients: Clients, login: str) -> None:
    daemons = clients.daemon(f'{{"registry-mirrors": ["https://a",\n"https://{login}@m.example.com"]}}')
    (fail,) = clients.given.fails(mirror_with_login, daemons=daemons)
    assert [quote.line for quote in fail.evidence] == [2]
    assert "correct-horse" not in repr(fail)


def test_mirrors_without_a_login_pass(clients: Clients) -> None:
    daemons = clients.daemon('{"registry-mirrors": ["https://m.example.com", "https://m.example.com/a@b"]}')
    (outcome,) = clients.given.outcomes(mirror_with_login, daemons=daemons)
    assert isinstance(outcome, Pass)


def test_without_mirrors_it_is_skipped(clients: Clients) -> None:
    (outcome,) = clients.given.outcomes(mirror_with_login, daemons=clients.daemon("{}"))
    assert isinstance(outcome, Skip)
