"""Keeps the secrets that these tests plant from being wiped out of what later tests look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regdoctor import redaction


@pytest.fixture(autouse=True, scope="module")
def _secrets_of_this_module() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_known", {})
        yield
