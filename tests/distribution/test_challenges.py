"""WWW-Authenticate is read as written, and as proxies mangle it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.challenges import Challenge, parse_challenges

TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.!", min_size=1)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
CHALLENGES = st.builds(
    Challenge,
    TOKENS,
    st.lists(st.tuples(TOKENS.map(str.lower), VALUES), min_size=1).map(tuple),
)


def _write(challenge: Challenge) -> str:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    pairs = ",".join(f"{name}={quoted(value)}" for name, value in challenge.parameters)
    return f"{challenge.scheme} {pairs}"


def test_registrys_challenge() -> None:
    (challenge,) = parse_challenges(
        'Bearer realm="https://gitlab.example/jwt/auth",service="container_registry",'
        'scope="repository:group/project:pull,push registry:catalog:*",error="invalid_token"'
    )
    assert challenge.is_bearer
    assert challenge.realm == "https://gitlab.example/jwt/auth"
    assert challenge.service == "container_registry"
    assert challenge.scope == "repository:group/project:pull,push registry:catalog:*"
    assert challenge.error == "invalid_token"
    assert challenge.parameter("nonce") is None


@given(st.lists(CHALLENGES, min_size=1))
def test_what_is_written_by_the_grammar_is_read_back(challenges: list[Challenge]) -> None:
    assert parse_challenges(", ".join(map(_write, challenges))) == tuple(challenges)
    assert parse_challenges(_write(challenge) for challenge in challenges) == tuple(challenges)


@given(st.text(), st.lists(st.sampled_from(["Bearer", " ", ",", "=", '"', "\\", "realm", "/", "x"])))
def test_no_header_raises(text: str, pieces: list[str]) -> None:
    for value in (text, "".join(pieces)):
        for challenge in parse_challenges(value):
            assert challenge.scheme


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic", [("Basic", {})]),
        ("Negotiate, Basic realm=a", [("Negotiate", {}), ("Basic", {"realm": "a"})]),
        ("Negotiate oYIB+/8=, Basic realm=a", [("Negotiate", {}), ("Basic", {"realm": "a"})]),
        (
            "Bearer realm=https://a:5/b?c,service=d",
            [("Bearer", {"realm": "https://a:5/b?c", "service": "d"})],
        ),
        ('Bearer realm="a" service="b"', [("Bearer", {"realm": "a", "service": "b"})]),
        ('Bearer realm = "a" , , Service ="b",', [("Bearer", {"realm": "a", "service": "b"})]),
        ('Bearer realm="a" Basic realm="b"', [("Bearer", {"realm": "a"}), ("Basic", {"realm": "b"})]),
        ('Bearer realm="never closed, b', [("Bearer", {"realm": "never closed, b"})]),
        ('Bearer realm=""', [("Bearer", {"realm": ""})]),
        ('Basic realm="a \\"b\\" c"', [("Basic", {"realm": 'a "b" c'})]),
        ("", []),
        (" , ,", []),
        ('"', []),
    ],
)
def test_mangled_headers_are_read_as_well_as_they_can_be(
    header: str, expected: list[tuple[str, dict[str, str]]]
) -> None:
    assert [(each.scheme, dict(each.parameters)) for each in parse_challenges(header)] == expected


def test_several_headers_keep_their_order() -> None:
    found = parse_challenges(('Bearer realm="a"', 'Basic realm="b"'))
    assert [(challenge.scheme, challenge.realm) for challenge in found] == [("Bearer", "a"), ("Basic", "b")]


def test_first_of_two_parameters_counts() -> None:
    (challenge,) = parse_challenges("Bearer realm=a, realm=b")
    assert challenge.realm == "a"
