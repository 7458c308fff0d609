"""Each remedy for a token service has words for everybody, as sentences."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Remedies
from regdoctor.remedies.token_service import ITS_ADDRESS, ITS_OWN_LOG, READ_THE_LOG, RUNNING


@pytest.mark.parametrize("remedies", [ITS_ADDRESS, ITS_OWN_LOG, READ_THE_LOG, RUNNING])
def test_it_is_said_for_everybody_in_sentences(remedies: Remedies) -> None:
    assert Dialect.PLAIN in remedies
    assert all(remedy.text.endswith(".") for remedy in remedies.values())


def test_a_log_is_named_where_it_is_known() -> None:
    assert "production.log" in READ_THE_LOG[Dialect.OMNIBUS].commands[0]
