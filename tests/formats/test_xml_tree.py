"""XML is read within bounds, and nothing in it is expanded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.xml_tree import NotXmlError, parse_xml

BOMB = b"<!DOCTYPE a [<!ENTITY b 'cc'><!ENTITY d '&b;&b;&b;&b;'>]><a>&d;</a>"


def test_names_lose_their_prefix_and_texts_their_blanks() -> None:
    root = parse_xml(b'<s:A xmlns:s="http://x"><s:B> one </s:B><B>two</B><C><D>three</D></C></s:A>')

    assert (root.name, root.said("B"), root.said("C", "D")) == ("A", "one", "three")
    assert [one.text for one in root.all("B")] == ["one", "two"]
    assert root.at("C", "X") is None
    assert root.said("X", "Y") == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "document type"),
        (b"<!DOCTYPE html><html/>", "document type"),
        (b"<a>" * 100_000, "deeper"),
        (b"<a>" + b"<b/>" * 60_000 + b"</a>", "larger"),
        (b"<a>" + b"x" * (5 << 20) + b"</a>", "more than"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a>&nothing;</a>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"", "not well-formed"),
        (b"\x00\xff\xfe", "not well-formed"),
        (b'<?xml version="1.0" encoding="no-such-thing"?><a/>', "not well-formed"),
    ],
    ids=["bomb", "doctype", "deep", "wide", "long", "open", "entity", "two", "empty", "binary", "encoding"],
)
def test_what_is_no_document_of_a_store_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotXmlError, match=reason):
        parse_xml(data)


@given(st.binary(max_size=200) | st.text(alphabet="<>/a&;!?-[] ='\"", max_size=60).map(str.encode))
def test_any_bytes_are_a_tree_or_a_refusal(data: bytes) -> None:
    try:
        name = parse_xml(data).name
    except NotXmlError:
        name = "refused"

    assert name
