"""Variables are matched against the program's fields, whose names are not always those of the keys."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.setting_variables import key_of, setting_of, variable_of


@pytest.mark.parametrize(
    ("section", "part", "key"),
    [
        ("http", "ADDR", "addr"),
        ("health", "FILECHECKERS", "file"),
        ("health", "FILE", None),
        ("notifications", "EVENTCONFIG", "events"),
        ("compatibility.schema1", "TRUSTKEY", "signingkeyfile"),
        ("log.hooks.0", "MAILOPTIONS", "options"),
        ("", "RATELIMITER", "rate_limiter"),
        ("rate_limiter.limiters.0", "LOGONLY", "log_only"),
        ("http", "NOSUCH", None),
    ],
)
def test_a_part_of_a_name_is_a_field(section: str, part: str, key: str | None) -> None:
    assert key_of(tuple(section.split(".")) if section else (), part, None) == key


def test_a_product_has_its_own_fields() -> None:
    assert key_of((), "TAGS", Generation.DISTRIBUTION_3) == "tags"
    assert key_of((), "TAGS", Generation.DISTRIBUTION_2) is None


@pytest.mark.parametrize(
    ("setting", "variable"),
    [
        ("http.relativeurls", "REGISTRY_HTTP_RELATIVEURLS"),
        ("notifications.events.includereferences", "REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES"),
        ("health.tcp", "REGISTRY_HEALTH_TCPCHECKERS"),
        ("storage.s3_v2.bucket", "REGISTRY_STORAGE_S3_V2_BUCKET"),
        ("rate_limiter.enabled", "REGISTRY_RATELIMITER_ENABLED"),
        ("log.hooks.0.options.from", "REGISTRY_LOG_HOOKS_0_MAILOPTIONS_FROM"),
    ],
)
def test_a_setting_has_its_variable(setting: str, variable: str) -> None:
    assert variable_of(setting) == variable


def test_a_variable_tells_the_setting_of_any_product() -> None:
    assert setting_of("REGISTRY_PROXY_TTL") == ("proxy", "ttl")
    assert setting_of("REGISTRY_HEALTH_FILECHECKERS") == ("health", "file")
    assert setting_of("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL") == ("notifications", "endpoints", "0", "url")
    assert setting_of("REGISTRY_HTTP_COLOUR") is None
