"""Spans of time in config.yml, by the registry that reads them."""

from __future__ import annotations

from regdoctor.distribution.duration_settings import ALL, DURATIONS, THREE


def test_every_registry_reads_those_of_http_and_of_notifications() -> None:
    assert DURATIONS["http.draintimeout"] == DURATIONS["notifications.endpoints.*.timeout"] == ALL


def test_distribution_2_does_not_read_the_ttl_of_a_cache() -> None:
    assert DURATIONS["proxy.ttl"] == THREE


def test_each_has_somebody_who_reads_it() -> None:
    assert all(DURATIONS.values())
