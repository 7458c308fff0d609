"""What a refusal can mean is narrowed by the challenge, the audience, the kind of the kid and the product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.token_refusals import is_in_time, meanings, shown
from regdoctor.distribution.tokens import Token

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB
ANY = frozenset(Generation)
LIBTRUST = "VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5"
THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
TOKEN = Token("RS256", LIBTRUST, False, False, "gitlab-issuer", ("s",), False, "", (), None, None, None, "")


def modes(token: Token, *generations: Generation, invalid: bool = True, names: bool | None = None) -> list[str]:
    candidates = frozenset(generations) or ANY
    found = meanings(token, "s", candidates, called_invalid=invalid, names_invalid_tokens=names)
    return [one.mode for one in found]


@pytest.mark.parametrize(
    ("kid", "generations", "left"),
    [
        (LIBTRUST, (), ["AUTH-01", "AUTH-05", "AUTH-02"]),
        (LIBTRUST, (FORK,), ["AUTH-01", "AUTH-05"]),
        (LIBTRUST, (V2,), ["AUTH-01", "AUTH-05"]),
        (THUMBPRINT, (), ["AUTH-03", "AUTH-01", "AUTH-05"]),
        (THUMBPRINT, (V3,), ["AUTH-01", "AUTH-05"]),
        ("my-key", (), ["AUTH-04", "AUTH-01", "AUTH-05"]),
        ("0123456789abcdef" * 4, (), ["AUTH-04", "AUTH-01", "AUTH-05"]),
    ],
)
def test_a_token_that_is_called_invalid(kid: str, generations: tuple[Generation, ...], left: list[str]) -> None:
    assert modes(replace(TOKEN, kid=kid), *generations) == left


def test_a_key_of_its_own_makes_the_kid_count_for_nothing() -> None:
    assert modes(replace(TOKEN, kid=THUMBPRINT, x5c=True)) == ["AUTH-01", "AUTH-05"]


def test_another_audience_is_cause_enough() -> None:
    (one,) = meanings(replace(TOKEN, audience=("other",)), "s", ANY, called_invalid=True, names_invalid_tokens=None)
    assert (one.mode, one.logged) == ("AUTH-06", 'token intended for another audience: "other"')
    assert modes(replace(TOKEN, audience=("other",), audience_is_list=True)) != ["AUTH-06"]


@pytest.mark.parametrize(
    ("names", "generations", "left"),
    [
        (None, (), ["AUTH-21", "AUTH-22"]),
        (False, (), ["AUTH-21"]),
        (True, (), ["AUTH-22"]),
        (True, (V2,), []),
        (None, (FORK,), ["AUTH-21"]),
    ],
)
def test_a_challenge_that_does_not_say_invalid_token(
    names: bool | None, generations: tuple[Generation, ...], left: list[str]
) -> None:
    assert modes(TOKEN, *generations, invalid=False, names=names) == left


def test_a_default_issuer_is_recognised() -> None:
    words = [
        f"{one.words}{one.named}" for one in meanings(TOKEN, "s", ANY, called_invalid=True, names_invalid_tokens=None)
    ]
    assert words[1] == (
        'it does not trust its issuer, iss "gitlab-issuer", the default of source installations and of GitLab\'s chart'
    )
    other = meanings(replace(TOKEN, issuer="me"), "s", ANY, called_invalid=True, names_invalid_tokens=None)
    assert f"{other[1].words}{other[1].named}" == 'it does not trust its issuer, iss "me"'


@pytest.mark.parametrize(
    ("algorithm", "generations", "left"),
    [
        ("none", (), ["AUTH-24"]),
        ("HS256", (V2,), ["AUTH-24"]),
        ("PS256", (), ["AUTH-24", "AUTH-01", "AUTH-05", "AUTH-02"]),
        ("PS256", (V2, FORK), ["AUTH-24"]),
        ("EdDSA", (V3,), ["AUTH-01", "AUTH-05", "AUTH-02"]),
        ("ES384", (FORK,), ["AUTH-01", "AUTH-05"]),
    ],
)
def test_an_algorithm_that_is_not_known_comes_first(
    algorithm: str, generations: tuple[Generation, ...], left: list[str]
) -> None:
    assert modes(replace(TOKEN, algorithm=algorithm), *generations) == left


def test_by_a_secret_the_signature_is_nobodys_key() -> None:
    assert modes(replace(TOKEN, algorithm="HS256"), V3, invalid=False, names=True) == ["AUTH-24"]


def test_a_key_that_the_header_carries_is_named_by_what_carries_it() -> None:
    for header, told in (({"x5c": True}, "(x5c)"), ({"jwk": True}, "(jwk)"), ({"x5c": True, "jwk": True}, "(x5c)")):
        token = replace(TOKEN, kid=None, **header)  # type: ignore[arg-type]
        (first, _) = meanings(token, "s", ANY, called_invalid=True, names_invalid_tokens=None)
        assert told in first.words


@pytest.mark.parametrize(
    ("earliest", "latest", "told"),
    [(40, 41, True), (30, 39, False), (39, 41, None), (259, 261, None), (261, 262, False)],
)
def test_the_time_is_judged_with_the_leeway(earliest: float, latest: float, told: bool | None) -> None:
    assert is_in_time(replace(TOKEN, not_before=100.0, expires=200.0), earliest, latest) is told


def test_a_foreign_text_is_shown_short_and_on_one_line() -> None:
    assert shown("a\nb") == '"a\\nb"'
    assert len(shown("x" * 10_000)) < 100
