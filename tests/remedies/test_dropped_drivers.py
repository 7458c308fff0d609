"""What to move to from drivers that are gone."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.storage_drivers import DISTRIBUTION_2_DRIVERS, DISTRIBUTION_3_DRIVERS
from regdoctor.remedies.dropped_drivers import DROPPED, move_from


def test_each_driver_that_is_gone_has_a_way_on() -> None:
    assert set(DROPPED) == DISTRIBUTION_2_DRIVERS - DISTRIBUTION_3_DRIVERS


@pytest.mark.parametrize("driver", DROPPED)
def test_every_kind_of_installation_is_led_to_s3(driver: str) -> None:
    remedies = move_from(driver)

    assert set(remedies) >= {Dialect.PLAIN, Dialect.OMNIBUS, Dialect.HELM, Dialect.COMPOSE}
    assert all("s3" in remedy.text and remedy.text.endswith((".", ":")) for remedy in remedies.values())


def test_only_the_keys_of_oss_stay_as_they_are() -> None:
    assert "nothing has to be copied" in move_from("oss")[Dialect.PLAIN].text
    assert "below files/" in move_from("swift")[Dialect.PLAIN].text
