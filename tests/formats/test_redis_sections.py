"""Which servers of Redis a configuration makes the registry use."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.formats.redis_sections import redis_in_use
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config

TWO, THREE, FORK = (frozenset((one,)) for one in Generation)
ANY = frozenset(Generation)
USED = "storage: {inmemory: {}, cache: {blobdescriptor: redis}}\n"
ONE, SEVERAL = "redis: {addr: 'a:1'}\n", "redis: {addrs: ['b:2', 'c:3']}\n"


def config(text: str) -> RegistryConfig:
    return parse_registry_config(text.encode(), "/etc/config.yml")


def found(text: str, candidates: frozenset[Generation]) -> list[tuple[str, list[str | None]]]:
    """Path and addresses of each section in use."""
    sections = redis_in_use(config(text), candidates)
    return [(section.path, [item.text() for item in section.addresses]) for section in sections]


@pytest.mark.parametrize(
    ("text", "candidates", "expected"),
    [
        (USED + ONE, TWO, [("redis", ["a:1"])]),
        (USED + SEVERAL, TWO, []),
        (USED + ONE, THREE, []),
        (USED + SEVERAL, THREE, [("redis", ["b:2", "c:3"])]),
        (USED + ONE, ANY, [("redis", ["a:1"])]),
        (USED + SEVERAL, ANY, [("redis", ["b:2", "c:3"])]),
        (USED + "redis: {addr: 'a:1', addrs: ['b:2']}\n", ANY, []),
        (ONE, TWO, []),
        (ONE, FORK, [("redis", ["a:1"])]),
        ("redis: {addr: 'a:1, b:2'}\n", FORK, [("redis", ["a:1", "b:2"])]),
        ("redis: {cache: {enabled: true, addr: 'a:1'}}\n", FORK, [("redis.cache", ["a:1"])]),
        ("redis: {cache: {enabled: false, addr: 'a:1'}}\n", FORK, []),
        ("redis: {cache: {enabled: true, addr: 'a:1'}}\n", ANY, []),
        ("redis: {ratelimiter: {enabled: true, addr: 'a:1'}}\n", FORK, []),
        (
            "rate_limiter: {enabled: true}\nredis: {ratelimiter: {enabled: true, addr: 'a:1'}}\n",
            FORK,
            [("redis.ratelimiter", ["a:1"])],
        ),
        (USED, ANY, []),
    ],
)
def test_what_is_used_depends_on_the_product(
    text: str, candidates: frozenset[Generation], expected: list[tuple[str, list[str | None]]]
) -> None:
    assert found(text, candidates) == expected


def test_only_gitlabs_own_section_stops_the_start() -> None:
    text = "redis: {addr: 'a:1', cache: {enabled: true, addr: 'b:2'}}\n"

    assert [section.stops_the_start for section in redis_in_use(config(text), FORK)] == [True, False]
    assert not redis_in_use(config(USED + ONE), TWO)[0].stops_the_start


def test_settings_are_read_whatever_their_case_and_a_password_is_not_shown() -> None:
    text = f"{USED}redis: {{addrs: ['a:1'], masterName: main, password: not-to-be-shown}}\n"
    (section,) = redis_in_use(config(text), THREE)

    assert section.master is not None
    assert section.master.text() == "main"
    assert section.text("password") == "not-to-be-shown"
    assert "not-to-be-shown" not in repr(section)
    assert (section.text("db"), section.tls) == ("", False)


@pytest.mark.parametrize(
    ("tls", "candidates", "expected"),
    [("{enabled: true}", FORK, (True, False)), ("{certificate: /a.pem, key: /a.key}", THREE, (True, True))],
)
def test_tls_is_told(tls: str, candidates: frozenset[Generation], expected: tuple[bool, bool]) -> None:
    text = f"{USED}redis: {{addr: 'a:1', addrs: ['a:1'], tls: {tls}}}\n"
    (section,) = redis_in_use(config(text), candidates)

    assert (section.tls, section.shows_certificate) == expected
