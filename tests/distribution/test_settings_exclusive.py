"""Two settings of one product alone tell whose a configuration is; one, or some of several, tell nothing."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_exclusive import exclusive_to_one

V2, V3, GITLAB = Generation


def _told(*names: str) -> Generation | None:
    found = exclusive_to_one(tuple(name.split(".")) for name in names)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("names", "generation"),
    [
        (("redis", "redis.addrs", "storage", "storage.tag"), V3),
        (("auth.token.jwks", "validation.manifests.indexes"), V3),
        (("database", "database.enabled", "gc", "gc.disabled"), GITLAB),
        (("database", "database.enabled", "database.host"), None),
        (("redis.addrs", "redis.addr"), None),
        (("redis.addrs", "storage.tag", "database"), None),
        (("storage.oss", "auth.htpasswd"), None),
        (("redis.enableTLS", "redis.sentinelMasterSet"), None),
        (("colour", "http.addr"), None),
    ],
)
def test_two_settings_of_one_product_alone_tell(names: tuple[str, ...], generation: Generation | None) -> None:
    assert _told(*names) == generation
