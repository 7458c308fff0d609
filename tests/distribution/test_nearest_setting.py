"""The setting that was meant, in the words of the product that is installed."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.nearest_setting import misspelt_credential, nearest

V2, V3, GITLAB = Generation


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


@pytest.mark.parametrize(
    ("name", "generation", "meant"),
    [
        ("storage.s3.pathstyle", V3, "storage.s3.forcepathstyle"),
        ("storage.s3.pathstyle", V2, None),
        ("storage.s3.forcepathstyle", V2, None),
        ("storage.filesystem.rootdir", None, "storage.filesystem.rootdirectory"),
        ("redis.username", V2, None),
        ("storage.s3.root", None, "storage.s3.rootdirectory"),
        ("http.tls.cert", None, "http.tls.certificate"),
        ("storage.s3.multipart", None, None),
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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("storage.s3.access_key", "storage.s3.accesskey"),
        ("storage.s3_v2.secretKey", "storage.s3_v2.secretkey"),
        ("storage.s3.secretkey", None),
        ("storage.s3.encypt", None),
        ("storage.swift.secret_key", None),
        ("storage.s3", None),
    ],
)
def test_a_credential_of_s3_is_known_under_a_misspelt_name(name: str, meant: str | None) -> None:
    assert misspelt_credential(_path(name), None) == meant
