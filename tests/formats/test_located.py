"""Values that know where they were written: found by path, shown as evidence, walked in the order of the file."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.formats.yaml_tree import parse
from regdoctor.redaction import Secret

TREE = parse(
    b"auth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n    autoredirect: false\n"
    b"list: [one, two]\nempty:\n",
    "config.yml",
)


def test_a_path_of_keys_leads_to_the_value() -> None:
    realm = TREE.at("auth", "token", "realm")

    assert realm is not None
    assert realm.text() == "https://gitlab.example.com/jwt/auth"
    assert realm.quote() == Quote("config.yml", "auth.token.realm: https://gitlab.example.com/jwt/auth", 3)


def test_a_step_that_is_missing_or_leads_into_a_scalar_gives_none() -> None:
    assert TREE.at("auth", "htpasswd", "path") is None
    assert TREE.at("list", "one") is None
    assert TREE.at("auth", "token", "realm", "further") is None


def test_text_is_that_of_the_file_and_of_scalars_alone() -> None:
    shown = {name: found.text() for name in ("auth", "list", "empty") if (found := TREE.at(name))}
    redirect = TREE.at("auth", "token", "autoredirect")

    assert shown == {"auth": None, "list": None, "empty": None}
    assert redirect is not None
    assert redirect.text() == "false"


def test_what_is_no_scalar_is_quoted_without_its_content() -> None:
    whole, empty = TREE.at("auth"), TREE.at("empty")

    assert whole is not None
    assert empty is not None
    assert whole.quote() == Quote("config.yml", "auth: …", 1)
    assert empty.quote() == Quote("config.yml", "empty:", 6)


def test_a_secret_is_quoted_by_its_placeholder() -> None:
    sealed = parse(b"password: hunter-of-located", "c", seal=lambda path, text, value: Secret(text, path[-1]))
    found = sealed.at("password")

    assert found is not None
    assert found.quote().quote == "password: [redacted password]"


def test_the_walk_goes_through_everything_in_order() -> None:
    assert [".".join(path) for path, _ in TREE.walk()] == [
        "",
        "auth",
        "auth.token",
        "auth.token.realm",
        "auth.token.autoredirect",
        "list",
        "list.0",
        "list.1",
        "empty",
    ]
