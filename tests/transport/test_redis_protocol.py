"""Redis' answers, those of hostile servers among them."""

from __future__ import annotations

import pytest

from regdoctor.transport.attempt import Attempt
from regdoctor.transport.redis_protocol import NotRedisError, RedisConnection, RedisError, Reply
from tests.probes.redis_script import ScriptedRedis


def ask(*answers: bytes, seconds: float = 5.0) -> Reply:
    """What the last of as many questions gets."""
    reply: Reply = None
    with (
        ScriptedRedis(*answers) as server,
        Attempt(seconds) as attempt,
        RedisConnection("127.0.0.1", server.port, attempt, None) as link,
    ):
        for _ in answers:
            reply = link.ask("PING", "ä")
        assert server.asked[0] == b"*2\r\n$4\r\nPING\r\n$2\r\n\xc3\xa4\r\n"
    return reply


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"+PONG\r\n", "PONG"),
        (b":7\r\n", 7),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"$4\r\na\r\nb\r\n", "a\r\nb"),
        (b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n", ["a", [1]]),
        (b"*0\r\n", []),
    ],
)
def test_answers_are_read(answer: bytes, expected: Reply) -> None:
    assert ask(answer) == expected


def test_an_error_is_told_on_one_clean_line() -> None:
    with pytest.raises(RedisError, match=r"^WRONGPASS \\x1b\[31m no$"):
        ask(b"-WRONGPASS \x1b[31m no\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"+" + b"x" * 5000 + b"\r\n",
        b"$999999999\r\n",
        b"$12x\r\n",
        b":\r\n",
        b"*99999999999\r\n",
        b"*1\r\n" * 50,
        b"\x15\x03\x01\r\n",
    ],
)
def test_what_is_no_answer_of_redis_is_told(answer: bytes) -> None:
    with pytest.raises(NotRedisError):
        ask(answer)


def test_all_answers_together_have_a_bound() -> None:
    answer = b"$100000\r\n" + b"x" * 100000 + b"\r\n"

    with pytest.raises(NotRedisError, match="longer than 256 KB"):
        ask(answer, answer, answer)


@pytest.mark.parametrize("answer", [b"", b"$10\r\nabc"])
def test_a_connection_that_breaks_off_is_told(answer: bytes) -> None:
    with pytest.raises(ConnectionError):
        ask(answer, seconds=5.0)
