"""The setting that was meant, in the words of the product that is installed."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.nearest_setting import nearest

V2, V3, GITLAB = Generation


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


@pytest.mark.parametrize(
    ("name", "generation", "meant"),
    [
        ("storage.s3.pathstyle", V3, "storage.s3.forcepathstyle"),
        ("storage.s3.pathstyle", V2, None),
        ("storage.s3aws.forcepathstyle", GITLAB, "storage.s3aws.pathstyle"),
        ("storage.s3.encypt", None, "storage.s3.encrypt"),
        ("storage.s3.Secret-Key", None, "storage.s3.secretkey"),
        ("notifications.endpoints.2.treshold", V2, "notifications.endpoints.2.threshold"),
        ("notifications.endpoints.2.maxretries", V2, "notifications.endpoints.2.threshold"),
        ("redis.addr", V3, "redis.addrs"),
        ("redis.pool.maxidle", V3, "redis.maxidleconns"),
        ("redis.mastername", GITLAB, "redis.mainname"),
        ("relativeurls", None, "http.relativeurls"),
        ("htttp", None, "http"),
        ("enabled", None, None),
        ("description", None, None),
        ("storage.s3.colour", None, None),
    ],
)
def test_the_nearest_name_is_of_the_same_product(name: str, generation: Generation | None, meant: str | None) -> None:
    assert nearest(_path(name), generation) == meant
