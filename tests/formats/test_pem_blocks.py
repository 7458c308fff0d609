"""The armour of PEM is seen as Go and OpenSSL see it, and what they would not see is named."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor import redaction
from regdoctor.formats.pem_blocks import MOST_BLOCKS, split_pem

_BODY = base64.b64encode(b"0123456789" * 10).decode()


def _block(label: str = "CERTIFICATE", body: str = _BODY) -> str:
    return f"-----BEGIN {label}-----\n{body[:64]}\n{body[64:]}\n-----END {label}-----\n"


def test_blocks_are_found_between_other_text_with_their_lines() -> None:
    found = split_pem(f"# a comment\nBag Attributes: none\n{_block()}\n{_block('PUBLIC KEY')}")
    assert [(block.label, block.line, block.der) for block in found.blocks] == [
        ("CERTIFICATE", 3, b"0123456789" * 10),
        ("PUBLIC KEY", 8, b"0123456789" * 10),
    ]
    assert found.problems == ()
    assert not found.literal_newlines


def test_the_line_ends_of_windows_and_blanks_at_the_end_do_no_harm() -> None:
    found = split_pem(_block().replace("\n", " \r\n"))
    assert [block.text for block in found.blocks] == [_block()]


@pytest.mark.parametrize(
    "text",
    [
        _block().replace("\n", "\\n"),
        '"' + _block().replace("\n", "\\n") + '"',
        _block().replace("\n", "\\r\\n"),
    ],
)
def test_literal_newlines_are_flagged_and_read_through(text: str) -> None:
    found = split_pem(f"\n{text}\n")
    assert found.literal_newlines
    assert [(block.line, block.text) for block in found.blocks] == [(2, _block())]


@pytest.mark.parametrize("label", ["RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_encrypted_keys_are_told_by_headers_or_label(label: str) -> None:
    headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" if label.startswith("RSA") else ""
    (block,) = split_pem(f"-----BEGIN {label}-----\n{headers}{_BODY}\n-----END {label}-----").blocks
    assert block.encrypted
    assert block.der == b"0123456789" * 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_block().replace("-----END CERTIFICATE-----", ""), "line 1: the CERTIFICATE block has no END line"),
        (_block()[:60] + "\n" + _block(), "line 1: the CERTIFICATE block has no END line"),
        (
            _block().replace("END CERT", "END PUBLIC"),
            "line 1: the CERTIFICATE block does not end with -----END",
        ),
        (_block(body="!" * 64), "line 1: the CERTIFICATE block is not base64"),
        (_block(body=_BODY[:-3]), "line 1: the CERTIFICATE block is not base64"),
        (_block().replace("\n", "\n  ").join(["\n  ", ""]), "line 2: the BEGIN line is indented"),
        (_block().replace("\n", " "), "line 1: the BEGIN line goes on; the block's line breaks are lost"),
        ("\ufeff" + _block(), "line 1: a byte order mark stands before BEGIN"),
        ("x: " + _block(), "line 1: text stands before BEGIN on its line"),
    ],
)
def test_what_looks_like_a_block_and_is_none_is_named_with_its_line(text: str, problem: str) -> None:
    found = split_pem(text)
    assert found.problems[0].startswith(problem)


@pytest.mark.parametrize("damage", ["-----END", "\n", "="])
def test_a_broken_private_key_is_remembered_all_the_same(damage: str) -> None:
    body = base64.b64encode(f"another key {damage!r}".encode() * 9).decode()
    split_pem(_block("EC PRIVATE KEY", body).replace(damage, " "))
    assert body[:64] not in redaction.redact(f"found {body[:64]} here")


def test_no_text_of_a_block_shows_its_bytes() -> None:
    assert _BODY[:20] not in repr(split_pem(_block("PRIVATE KEY")))


@pytest.mark.parametrize("piece", ["-----BEGIN A-----\n", _block(), "-----BEGIN ", "x -----BEGIN A-----\n"])
def test_very_many_blocks_end_soon(piece: str) -> None:
    began = time.monotonic()
    found = split_pem(piece * 20_000)
    assert len(found.blocks) + len(found.problems) <= MOST_BLOCKS + 1
    assert time.monotonic() - began < 5


@given(
    st.text(),
    st.lists(st.sampled_from([*_block().splitlines(), "\\n", "\n", " ", "-----END A-----", "\r", "A: b"])),
)
def test_any_text_is_split(text: str, pieces: list[str]) -> None:
    for problem in split_pem(text + "".join(pieces)).problems:
        assert problem.startswith("line ")
        assert "\n" not in problem
