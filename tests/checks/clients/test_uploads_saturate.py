"""Far more layers at once than Docker's own measure is worth knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass
from regdoctor.checks.clients.uploads_saturate import uploads_saturate

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients


@pytest.mark.parametrize("text", ["{}", '{"max-concurrent-uploads": 5}', '{"max-concurrent-uploads": 10}'])
def test_the_usual_passes(clients: Clients, text: str) -> None:
    assert isinstance(clients.given.outcome(uploads_saturate, daemons=clients.daemon(text)), Pass)


def test_a_hundred_is_told_with_its_line(clients: Clients) -> None:
    fail = clients.given.fail(uploads_saturate, daemons=clients.daemon('{\n"max-concurrent-uploads": 100}'))

    assert "100 layers at once" in fail.message
    assert [quote.line for quote in fail.evidence] == [2]
