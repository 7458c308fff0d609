"""Where Redis is asked, and where it is left alone; the real one is in tests/e2e/test_redis.py."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.redis_answer import RedisAnswer
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.redis_answer import redis_answer
from tests.probes.redis_script import ScriptedRedis

HERE = Installation(Path("/"), Dialect.PLAIN, live=True)
USED = "storage: {inmemory: {}, cache: {blobdescriptor: redis}}\n"


def gather(
    text: str, generation: Generation = Generation.DISTRIBUTION_2, installation: Installation = HERE
) -> RedisAnswer:
    """What the probe gives."""
    answer = redis_answer.gather(
        installation=installation,
        config=parse_registry_config(text.encode(), "/etc/config.yml"),
        product=Product(generation),
        door=Http(TrustedCAs()),
    )
    assert isinstance(answer, RedisAnswer)
    return answer


@pytest.mark.parametrize(
    "installation",
    [dataclasses.replace(HERE, live=False), dataclasses.replace(HERE, dialect=Dialect.COMPOSE)],
)
def test_what_may_be_somebody_elses_is_not_asked(installation: Installation) -> None:
    with ScriptedRedis(b"+PONG\r\n") as redis:
        with pytest.raises(NotApplicableError):
            gather(f"{USED}redis: {{addr: '{redis.address}'}}\n", installation=installation)
        assert redis.asked == []


def test_without_redis_there_is_nothing_to_ask() -> None:
    with pytest.raises(NotApplicableError, match="does not use Redis"):
        gather("storage: {inmemory: {}}\n")


def test_a_clients_certificate_is_left_alone() -> None:
    with pytest.raises(CouldNotGatherError, match=r"redis\.tls"):
        gather(f"{USED}redis: {{addrs: ['a:1'], tls: {{certificate: /a.pem}}}}\n", Generation.DISTRIBUTION_3)


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        (Generation.DISTRIBUTION_2, [b"AUTH", b"the-password"]),
        (Generation.GITLAB, [b"AUTH", b"default", b"the-password"]),
    ],
)
def test_the_password_goes_as_the_product_sends_it(generation: Generation, expected: list[bytes]) -> None:
    with ScriptedRedis(b"-WRONGPASS no\r\n") as redis:
        answer = gather(f"{USED}redis: {{addr: '{redis.address}', password: the-password}}\n", generation)

    assert answer.uses[0].servers[0].refused == "WRONGPASS no"
    assert redis.asked[0].split(b"\r\n")[2::2] == expected
    assert "the-password" not in repr(answer)


def test_tls_is_verified_before_anything_is_said() -> None:
    with ScriptedRedis(b"+PONG\r\n") as redis:
        text = f"redis: {{addr: '{redis.address}', password: the-password, tls: {{enabled: true}}}}\n"
        server = gather(text, Generation.GITLAB).uses[0].servers[0]

    assert server.failure is not None
    assert b"the-password" not in b"".join(redis.asked)
