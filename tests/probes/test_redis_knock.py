"""One server of Redis, asked; the real ones are in tests/e2e/test_redis.py."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import FailureKind
from regdoctor.probes.redis_knock import Order, ask_sentinel, knock
from tests.probes.redis_script import ScriptedRedis

SAID = Quote("/etc/config.yml", "redis.addr: a:1", 2)
OK, PONG = b"+OK\r\n", b"+PONG\r\n"
TRIPS = (PONG,) * 5
INFO = (b"$16\r\nmaxmemory:1000\r\n\r\n", b"$13\r\nrole:master\r\n\r\n")


def test_what_info_tells_is_kept() -> None:
    with ScriptedRedis(PONG, *TRIPS, *INFO) as redis:
        server = knock(redis.address, SAID, Order(), None, 5.0)

    assert server.serves
    assert server.info["role"] == "master"
    assert server.connecting is not None
    assert server.answering is not None
    assert 0 < server.answering < 1


@pytest.mark.parametrize(
    ("order", "answers", "commands"),
    [
        (Order(password="pass-of-it"), (OK,), [[b"AUTH", b"pass-of-it"]]),
        (Order("eve", "pass-of-it"), (OK,), [[b"AUTH", b"eve", b"pass-of-it"]]),
        (
            Order("default", "pass-of-it"),
            (b"-ERR wrong number of arguments for 'auth' command\r\n", OK),
            [[b"AUTH", b"default", b"pass-of-it"], [b"AUTH", b"pass-of-it"]],
        ),
    ],
)
def test_the_login_is_the_registrys(order: Order, answers: tuple[bytes, ...], commands: list[list[bytes]]) -> None:
    with ScriptedRedis(*answers, PONG, *TRIPS, *INFO) as redis:
        assert knock(redis.address, SAID, order, None, 5.0).serves

    assert [asked.split(b"\r\n")[2::2] for asked in redis.asked[: len(commands)]] == commands
    assert "pass-of-it" not in repr(order)


def test_an_error_ends_the_questions_and_names_the_command() -> None:
    with ScriptedRedis(PONG, b"-ERR DB index is out of range\r\n") as redis:
        server = knock(redis.address, SAID, Order(db="99"), None, 5.0)

    assert (server.refused_to, server.refused) == ("SELECT", "ERR DB index is out of range")
    assert not server.serves


def test_a_user_who_may_not_read_info_serves() -> None:
    with ScriptedRedis(PONG, *TRIPS, b"-NOPERM no\r\n") as redis:
        server = knock(redis.address, SAID, Order(), None, 5.0)

    assert server.serves
    assert server.info == {}


def test_a_server_that_is_silent_is_given_up() -> None:
    with ScriptedRedis(b"+PON") as redis:
        broken = knock(redis.address, SAID, Order(), None, 5.0)
    with ScriptedRedis(b"$5\r\nab", b"") as redis:
        silent = knock(redis.address, SAID, Order(), None, 0.2)

    assert broken.failure is not None
    assert silent.failure is not None
    assert silent.failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize("address", ["localhost", ":6379", "redis://h", "h:0", "h:99999", ""])
def test_what_is_no_address_is_told(address: str) -> None:
    failure = knock(address, SAID, Order(), None, 1.0).failure

    assert failure is not None
    assert failure.kind is FailureKind.SCHEME


def test_a_sentinel_tells_the_main_server() -> None:
    with ScriptedRedis(PONG, b"*2\r\n$3\r\n::1\r\n$4\r\n6379\r\n") as redis:
        server, told = ask_sentinel(redis.address, SAID, Order(), "main", None, 5.0)

    assert server.serves
    assert told is not None
    assert told.address == "[::1]:6379"


def test_a_sentinel_that_does_not_know_the_name_tells_others() -> None:
    masters = b"*2\r\n*2\r\n$4\r\nname\r\n$1\r\nm\r\n*1\r\n$4\r\nname\r\n"
    with ScriptedRedis(PONG, b"*-1\r\n", masters) as redis:
        _, told = ask_sentinel(redis.address, SAID, Order(), "main", None, 5.0)

    assert told is not None
    assert (told.address, told.names) == ("", ("m",))


def test_redis_itself_is_no_sentinel() -> None:
    with ScriptedRedis(PONG, b"-ERR unknown command 'SENTINEL'\r\n") as redis:
        server, told = ask_sentinel(redis.address, SAID, Order(), "main", None, 5.0)

    assert told is None
    assert server.refused_to == "SENTINEL"
