"""The three areas of a container are asked side by side, and a refused first listing ends it."""

from __future__ import annotations

import threading
from typing import Any

from regdoctor.check import Quote
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.azure_trials import TRIED
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.azure_parameters import AzureContainer
from regdoctor.http import Http, TrustedCAs
from regdoctor.probes.azure_access import look
from regdoctor.probes.azure_container import BlobContainer
from regdoctor.probes.azure_signers import SharedKey
from regdoctor.redaction import Secret

NAMED = Quote("config.yml", "storage.azure.accountkey", 2)
CONTAINER = AzureContainer("https://a.blob.core.windows.net", "a", "c", "", legacy=False)


class Door(Http):
    """Answers an area's listing only once all three have been asked for."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(TrustedCAs())
        self.status, self.asked = status, 0
        self.together = threading.Barrier(3)

    def send(self, method: str, url: str, **_: Any) -> Exchange:
        self.asked += 1
        if "maxresults=100" in url:
            self.together.wait(5.0)
        code = () if self.status == 200 else (("x-ms-error-code", "AuthenticationFailed"),)
        return Exchange(method, url, status=self.status, headers=code, body=b"<EnumerationResults/>")


def container(door: Door) -> BlobContainer:
    """A container behind the door."""
    return BlobContainer(door, CONTAINER, SharedKey("a", Secret("QUFB", "accountkey")))


def test_the_areas_are_asked_side_by_side_and_told_in_their_order() -> None:
    found = look(container(Door()), NAMED)
    told = [(call.operation, call.area) for call in found.calls]
    assert told == [one for one in TRIED if one[0] is not AzureOperation.DELEGATE]


def test_after_a_refused_first_listing_nothing_more_is_asked() -> None:
    door = Door(403)
    assert look(container(door), NAMED).unusable
    assert door.asked == 1
