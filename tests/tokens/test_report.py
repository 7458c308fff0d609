"""The report says what a token holds, as text and as JSON that keeps its schema."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources

import jsonschema
import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.distribution.token_verdicts import TokenTrust
from regdoctor.remedies.scopes import GRANT_PULL, GRANT_PUSH
from regdoctor.tokens.inspection import inspect
from regdoctor.tokens.report import Requested, render_json, render_text
from regdoctor.tokens.token_input import secret_token
from tests.tokens.conftest import NOW, TRUST, made
from tests.tokens.test_inspection import STRANGE

SCHEMA = json.loads(resources.files("regdoctor.tokens").joinpath("token-1.schema.json").read_text("utf-8"))
ASKED = Requested("http://h/auth?x=y", "service", (Access("repository", "a/b", ("pull", "push")),), ("GET x → 200",))


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("trust", [TRUST, TokenTrust()], ids=["trust", "none"])
def test_every_token_keeps_the_schema(name: str, trust: TokenTrust) -> None:
    jsonschema.validate(json.loads(render_json(inspect(STRANGE[name], trust, NOW), ASKED)), SCHEMA)


def test_the_log_line_stands_unbroken_by_itself() -> None:
    text = render_text(inspect(made(iss="a long issuer " * 10), TRUST, NOW), None, 80)

    assert f'token from untrusted issuer: "{"a long issuer " * 10}"' in text


def test_what_was_asked_for_is_held_against_what_was_granted() -> None:
    seen = inspect(made(), TRUST, NOW)
    text = render_text(seen, ASKED, 400)

    assert text.splitlines()[0].endswith("; less was granted than asked for: pull of pull,push on a/b.")
    assert "scope              asked for pull,push on a/b; granted pull\n" in text
    assert f"remedy             {GRANT_PUSH.text}\n" in render_text(seen, ASKED, 1000)
    assert json.loads(render_json(seen, ASKED))["request"]["remedy"] == GRANT_PUSH.text
    assert json.loads(render_json(seen, ASKED))["request"]["realm"] == "http://h/auth"


def test_what_mends_a_lesser_grant_is_by_what_is_missing_and_by_who_asked() -> None:
    def told(asked: Access, *, anonymous: bool = False) -> str | None:
        requested = dataclasses.replace(ASKED, asked=(asked,), anonymous=anonymous)
        remedy = json.loads(render_json(inspect(made(), TRUST, NOW), requested))["request"]["remedy"]
        assert isinstance(remedy, str | None)
        return remedy

    assert told(Access("repository", "other", ("pull", "push"))) == GRANT_PULL.text
    assert (told(Access("repository", "other", ("pull",)), anonymous=True) or "").startswith("Ask with a login")
    assert told(Access("repository", "a/b", ("pull",)), anonymous=True) is None
    assert told(Access("registry", "catalog", ("*",))) is None


@pytest.mark.parametrize("said", [True, False])
def test_what_cannot_be_told_of_products_is_left_out_once_the_registry_has_judged(said: bool) -> None:
    open_one = inspect(made(), TokenTrust(), NOW)
    judged = dataclasses.replace(open_one, seen_accepted=said)

    assert "cannot be told" in render_text(open_one, None, 80)
    assert "cannot be told" not in render_text(judged, ASKED, 80)
    assert not render_text(judged, ASKED, 80).endswith("\n\n")
    assert json.loads(render_json(judged, ASKED))["verdicts"] == json.loads(render_json(open_one, None))["verdicts"]


def test_of_a_token_that_cannot_be_read_its_service_tells_what_was_granted() -> None:
    opaque = inspect(secret_token("an-opaque-token-of-forty-characters-or-so"), TRUST, NOW)
    text = render_text(opaque, ASKED, 400)
    document = json.loads(render_json(opaque, ASKED))

    assert "asked for pull,push on a/b; what was granted cannot be told" in text
    assert "less was granted" not in text
    assert document["request"]["scopes"][0]["missing"] is None
    jsonschema.validate(document, SCHEMA)

    told = dataclasses.replace(ASKED, told=(Access("repository", "a/b", ("push",)),))
    assert "less was granted than asked for: push of pull,push on a/b." in render_text(opaque, told, 400)
    assert json.loads(render_json(opaque, told))["request"]["scopes"][0]["missing"] == ["pull"]


def test_what_the_registry_refuses_all_the_same_and_a_refresh_token_are_told() -> None:
    shown = dataclasses.replace(ASKED, closed=("pull on a/b: 401 UNAUTHORIZED",), refresh_token=False)
    text = render_text(inspect(made(), TRUST, NOW), shown, 400)
    document = json.loads(render_json(inspect(made(), TRUST, NOW), shown))

    assert text.splitlines()[0].endswith("; the registry refuses with it pull on a/b: 401 UNAUTHORIZED.")
    assert "refresh token      none came, although one was asked for" in text
    assert document["request"]["closed"] == ["pull on a/b: 401 UNAUTHORIZED"]
    assert document["request"]["refresh_token"] is False
    jsonschema.validate(document, SCHEMA)


def test_the_token_and_its_signature_are_shown_on_demand_alone() -> None:
    token = secret_token(made(note="x").reveal())
    signature = token.reveal().rpartition(".")[2]
    seen = inspect(secret_token(made(note=f"signed {signature}").reveal()), TRUST, NOW)

    assert signature not in render_text(seen, None, 80) + render_json(seen, None)
    assert render_text(seen, None, 80, show_token=True).splitlines()[-1] == seen.token.reveal()
    assert json.loads(render_json(seen, None, show_token=True))["token"] == seen.token.reveal()


def test_claims_of_other_names_are_shown_too() -> None:
    text = render_text(inspect(made(colour="green", private_key=["a", 5]), TRUST, NOW), None, 80)

    assert "colour             green" in text
    assert 'private_key        ["a", 5]' in text
