"""Who allows no more requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.registry.rate_limited import rate_limited
from tests.checks.told_in_traffic import told
from tests.traffic.seen_exchanges import PAGE, errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

HUB = errors("TOOMANYREQUESTS", "You have reached your pull rate limit. https://www.docker.com/increase-rate-limit")
PULL = "GET /v2/library/alpine/manifests/latest"


def test_docker_hub_itself_is_named() -> None:
    [fail] = told(rate_limited, exchanged(f"GET https://registry-1.docker.io{PULL[4:]}", 429, body=HUB))
    assert fail.message.startswith("Docker Hub allows no more requests")
    assert fail.failure_modes == ("RL-01",)


def test_docker_hub_behind_a_cache_is_named() -> None:
    detail = {
        "errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": "toomanyrequests: You have reached"}]
    }
    [fail] = told(rate_limited, exchanged(PULL, 500, body=detail))
    assert "behind a pull-through cache" in fail.message


def test_gitlabs_registry_and_a_proxy_are_named() -> None:
    own = (("Gitlab-Container-Registry-Version", "4.39.0"), ("Retry-After", "30"))
    limited = exchanged(PULL, 429, own, errors("TOOMANYREQUESTS", "too many requests"))
    by_proxy = exchanged(PULL, 429, (("Content-Type", "text/html"),), PAGE)

    [first, second] = told(rate_limited, limited, by_proxy)
    assert first.message.startswith("GitLab's registry allows")
    assert first.message.endswith("it may be asked again after 30 s")
    assert first.failure_modes == ("RL-05",)
    assert second.message.startswith("nginx allows")


def test_another_500_the_recorder_and_a_bucket_are_not_told() -> None:
    assert not told(rate_limited, exchanged(PULL, 500, body=errors("UNKNOWN", "unknown error")), exchanged(PULL, 200))
    assert not told(rate_limited, exchanged(PULL, 429, (), PAGE, by_recorder="x"))
    assert not told(rate_limited, exchanged("GET https://elsewhere.example.com/", 429, (), PAGE))


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(rate_limited)
