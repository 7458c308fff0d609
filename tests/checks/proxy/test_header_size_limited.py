"""A page that answers a large token, where a short one reaches the registry, is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.proxy.header_size_limited import header_size_limited
from regdoctor.evidence.exchange import Exchange
from tests.checks.proxy.asked_answers import PUBLIC, answers, down, other_page, own, page
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

HAPROXY = Exchange(
    "GET", PUBLIC, status=400, body=b"<html><body><h1>400 Bad request</h1>\nYour browser sent it.\n</body></html>\n"
)


@pytest.mark.parametrize(
    ("exchange", "who"),
    [
        (page(400), "nginx"),
        (page(431), "nginx"),
        (page(414), "nginx"),
        (HAPROXY, "HAProxy"),
        (other_page(431), "A proxy"),
        (other_page(400, ("Server", "nginx")), "nginx"),
        (other_page(400, ("Server", "cloudflare")), "Cloudflare"),
    ],
)
def test_a_page_for_the_large_token_alone_is_a_finding(given: Given, exchange: Exchange, who: str) -> None:
    fail = given.fail(header_size_limited, answers=answers(with_large_token=exchange))

    assert fail.message.startswith(f"{who} refuses a token of 6,000 bytes")
    assert f"with {exchange.status}" in fail.message
    assert "6,000" in fail.evidence[0].quote
    assert "short" in fail.evidence[1].quote


def test_each_proxy_has_its_own_setting(given: Given) -> None:
    nginx = given.fail(header_size_limited, answers=answers(with_large_token=page(400)))
    haproxy = given.fail(header_size_limited, answers=answers(with_large_token=HAPROXY))

    assert "large_client_header_buffers 4 16k;" in nginx.remedy[Dialect.PLAIN].commands[0]
    assert "tune.bufsize" in haproxy.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "exchange",
    [
        own(error="invalid_token"),
        page(403),
        page(502),
        Exchange("GET", PUBLIC, status=400, body=b'{"errors":[{"code":"UNSUPPORTED","message":"no"}]}'),
        Exchange("GET", PUBLIC, status=431, headers=(("Content-Type", "text/plain"),), body=b"431"),
    ],
    ids=["own", "forbidden", "down", "registry", "Go's"],
)
def test_other_answers_pass(given: Given, exchange: Exchange) -> None:
    assert given.passes(header_size_limited, answers=answers(with_large_token=exchange))


def test_where_no_token_gets_through_its_size_is_not_at_fault(given: Given) -> None:
    refused = answers(with_token=page(400), with_large_token=page(400))

    assert "not answered by the registry either" in given.skips(header_size_limited, answers=refused)


def test_no_answer_is_unknown(given: Given) -> None:
    assert "too slow" in given.unknown(header_size_limited, answers=answers(with_large_token=down()))
    assert "too slow" in given.unknown(header_size_limited, answers=answers(with_token=down()))


def test_a_page_about_large_headers_is_told_in_traffic() -> None:
    html = (("Content-Type", "text/html"),)
    large = PAGE.replace(b"<h1>x", b"<h1>Request Header Or Cookie Too Large")
    path = "GET /v2/a/manifests/1"

    assert len(seen(header_size_limited, exchanged(path, 400, html, large), exchanged(path, 431, html, PAGE))) == 2
    assert not seen(header_size_limited, exchanged(path, 400, html, PAGE), exchanged(path, 413, html, PAGE))
    assert not seen(header_size_limited, exchanged(path, 400, body=b'{"errors":[{"code":"NAME_INVALID"}]}'))
