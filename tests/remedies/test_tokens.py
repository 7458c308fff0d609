"""The remedy tells which line of the log means what, in the words of the registry that is there."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Remedies
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.token_refusals import Meaning
from regdoctor.evidence.product import Product
from regdoctor.remedies.tokens import log_in_anew, read_the_log

KEY = Meaning("AUTH-01", "the key is not trusted", "token signed by untrusted key", "error verifying")
TWIN = Meaning("AUTH-03", "the kid is of another kind", "token signed by untrusted key", "error verifying")
NEW = Meaning("AUTH-22", "the signature is by another key", "go-jose: error", "")


TOO = Meaning(
    "AUTH-02", "distribution 3 knows no such ID", 'failed to verify token: token signed by untrusted key: "A"', ""
)
ANY, GITLAB = Product(None), Product(Generation.GITLAB)
V2 = Product(Generation.DISTRIBUTION_2)


def told(*meanings: Meaning, product: Product = ANY, issuer: str = "me", is_plain: bool = False) -> Remedies:
    return read_the_log(meanings, product, issuer=issuer, is_plain=is_plain)


def test_each_line_stands_once_with_all_that_it_may_mean() -> None:
    lines = told(KEY, TWIN, NEW, product=V2)[Dialect.PLAIN].text.splitlines()
    assert lines[1:3] == [
        "`token signed by untrusted key`: the key is not trusted or the kid is of another kind.",
        "`go-jose: error`: the signature is by another key.",
    ]


def test_a_line_that_another_contains_is_told_apart() -> None:
    lines = told(KEY, TOO, product=V2)[Dialect.PLAIN].text.splitlines()
    assert lines[1].startswith("`token signed by untrusted key` alone: ")
    assert lines[2].startswith("`failed to verify token: token signed by untrusted key`: ")


def test_gitlabs_registry_has_words_of_its_own() -> None:
    of_any = told(KEY, NEW)
    assert "`error verifying`" in of_any[Dialect.OMNIBUS].text
    assert "`error verifying`" in of_any[Dialect.HELM].text
    assert "`token signed by untrusted key` or `error verifying`:" in of_any[Dialect.PLAIN].text
    assert "`error verifying`" not in told(KEY, product=V2)[Dialect.PLAIN].text
    assert "\n`error verifying`:" in told(KEY, product=GITLAB)[Dialect.PLAIN].text
    assert "go-jose" not in of_any[Dialect.OMNIBUS].text


@pytest.mark.parametrize(
    ("issuer", "is_plain", "words"),
    [
        ("omnibus-gitlab-issuer", False, ["/var/log/gitlab/registry/current"]),
        ("gitlab-issuer", False, ["kubectl logs", "journalctl", "docker compose logs"]),
        ("me", False, ["journalctl", "docker compose logs"]),
        ("omnibus-gitlab-issuer", True, ["journalctl"]),
    ],
)
def test_the_issuer_tells_whose_log_it_is_where_nothing_else_does(
    issuer: str, is_plain: bool, words: list[str]
) -> None:
    *commands, last = told(KEY, issuer=issuer, is_plain=is_plain)[Dialect.PLAIN].commands
    assert last == "sudo regdoctor check auth"
    assert len(commands) == len(words)
    assert all(word in command for word, command in zip(words, commands, strict=True))


def test_without_a_line_it_says_where_to_look() -> None:
    remedy = told()[Dialect.COMPOSE]
    assert remedy.commands[0].startswith("docker compose logs registry")
    assert remedy.text.splitlines()[0].endswith("in that line itself.")


def test_a_stored_login_is_stored_anew_where_the_name_may_stand_in_a_command() -> None:
    stored = log_in_anew("https://r.example.com:5050", "/root/.docker/config.json")
    assert stored.commands == ("docker logout r.example.com:5050", "docker login r.example.com:5050")
    assert "(/root/.docker/config.json)" in stored.text
    assert log_in_anew("https://r.example.com", "").commands == ()
    assert log_in_anew("https://x;reboot", "a file").commands == ()
    assert log_in_anew("https://r.example.com", "", "Do this.").text == "Do this."
