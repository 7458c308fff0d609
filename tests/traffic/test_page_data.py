"""The data of the page is small, cut, and safe within a script element."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from regdoctor.evidence.recorded import Recorded
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.clean_credentials import Marks
from regdoctor.traffic.cleaning import clean
from regdoctor.traffic.page_data import page_json
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import START, Conversation


def _data(said: list[Recorded]) -> tuple[str, Any]:
    telling = Telling()
    calls = [telling.take(one).call for one in said]
    written = page_json(telling.end(), calls)
    return written, json.loads(written)


def test_a_step_names_its_calls_and_a_call_its_check() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    _, data = _data(talk.said)
    step = data["s"][0][9][-1]
    call = data["c"]["8"]

    assert (data["t"][step[0]], step[2], step[5], step[8]) == ("verify blob", "failed", [7, 8], 8)
    assert (data["l"][call[0]], call[1], call[3], call[7]) == ("bucket", "HEAD", 403, 0)
    assert [data["f"][place] for place in call[13]] == ["s3_blob_read_forbidden"]
    assert call[12] == 7
    assert call[4] == step[3] + 200


def test_a_script_cannot_be_ended_by_it() -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/", 200, ("X", "</script><!--\u2028&\ud800"))
    written, data = _data(talk.said)

    assert written.isascii()
    assert not set(written) & set("<>&")
    assert any("</script><!--" in text for text in data["t"])


def test_a_header_of_a_megabyte_is_cut_and_says_so() -> None:
    talk = Conversation()
    talk.ask("GET", "/v2/", 200, ("X-Long", "a b" * 400_000))
    written, data = _data(talk.said)

    assert len(written) < 10_000
    assert any(text.endswith("… (cut: 1,200,008 characters)") for text in data["t"])


def test_what_comes_again_is_written_once() -> None:
    talk = Conversation()
    for _ in range(100):
        talk.ask("GET", "/v2/", 200, ("Server", "nginx/1.22.1 (Debian) with a long name of its own"))
    written, data = _data(talk.said)

    assert written.count("nginx/1.22.1") == 1
    assert len(written) / 100 < 150
    assert len(data["c"]) == 100


def test_no_secret_comes_through() -> None:
    secret = "glpat-Zq3xW8vT5nK2mP7rJ4sB"
    raw = RawExchange(
        "1",
        "GET",
        f"https://registry.example.com/v2/?private_token={secret}",
        (("Authorization", f"Bearer {secret}"), ("Cookie", f"a={secret}")),
        status=200,
        response_headers=(("Set-Cookie", f"session={secret}"),),
        started=START,
        ended=START + 1,
    )
    written, _ = _data([clean(raw, Marks())])

    assert secret not in written


def test_hundreds_of_headers_become_a_hundred_and_a_count() -> None:
    talk = Conversation()
    one = talk.ask("GET", "/v2/", 200)
    many = tuple((f"X-{place}", "y") for place in range(250))
    _, data = _data([dataclasses.replace(one, exchange=dataclasses.replace(one.exchange, headers=many))])
    shown = [data["t"][place] for place in data["c"]["1"][9]]

    assert len(shown) == 101
    assert shown[-1] == "…: 150 more"
