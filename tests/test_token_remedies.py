"""The remedy tells which line of the log means what, in the words of the registry that is there."""

from __future__ import annotations

from regdoctor.check import Dialect
from regdoctor.distribution.token_refusals import Meaning
from regdoctor.token_remedies import read_the_log

KEY = Meaning("AUTH-01", "the key is not trusted", "token signed by untrusted key", "error verifying")
TWIN = Meaning("AUTH-03", "the kid is of another kind", "token signed by untrusted key", "error verifying")
NEW = Meaning("AUTH-22", "the signature is by another key", "go-jose: error", "")


def test_each_line_stands_once_with_all_that_it_may_mean() -> None:
    text = read_the_log((KEY, TWIN, NEW), is_gitlabs=False)[Dialect.PLAIN].text
    assert (
        "It is `token signed by untrusted key` where the key is not trusted or the kid is of another kind; "
        "`go-jose: error` where the signature is by another key." in text
    )


def test_gitlabs_registry_has_words_of_its_own() -> None:
    of_any = read_the_log((KEY, NEW), is_gitlabs=False)
    assert "`error verifying`" in of_any[Dialect.OMNIBUS].text
    assert "`error verifying`" in of_any[Dialect.HELM].text
    assert "`error verifying`" not in of_any[Dialect.PLAIN].text
    assert "`error verifying`" in read_the_log((KEY,), is_gitlabs=True)[Dialect.PLAIN].text
    assert "go-jose" not in of_any[Dialect.OMNIBUS].text


def test_without_a_line_it_says_where_to_look() -> None:
    remedy = read_the_log((), is_gitlabs=False)[Dialect.COMPOSE]
    assert remedy.commands[0].startswith("docker compose logs registry")
    assert "It is" not in remedy.text
