"""`regdoctor hops` as it is used: on what answers and on what does not, with wrong words, and in pipelines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Command = Callable[..., Any]
SCHEMA = json.loads(resources.files("regdoctor.hops").joinpath("hops-1.schema.json").read_text("utf-8"))


def test_a_port_where_nothing_listens_is_a_fault_at_the_public_url(regdoctor: Command, nobody: str) -> None:
    ended = regdoctor("hops", nobody)

    assert ended.code == 1
    assert ended.out.startswith("The refused connection starts at the public URL.\n")
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\x1b" not in ended.out


def test_json_is_a_document_of_the_schema_with_the_sentence_beside_it(regdoctor: Command, web_page: str) -> None:
    ended = regdoctor("hops", web_page, "--format", "json")
    document = json.loads(ended.out)

    jsonschema.validate(document, SCHEMA)
    assert (ended.code, document["verdict"]["result"]) == (1, "fault")
    assert document["verdict"]["sentence"].startswith("The foreign page starts at the public URL or behind it")
    assert ended.err == f"regdoctor: {document['verdict']['sentence']}\n"


def test_short_is_a_line_a_hop(regdoctor: Command, nobody: str) -> None:
    ended = regdoctor("hops", nobody, "--format", "short")

    assert ended.out.splitlines()[1] == f"fault · public URL · {nobody} · connection refused"


def test_a_file_gets_the_walk_and_the_screen_the_sentence(regdoctor: Command, nobody: str, tmp_path: Path) -> None:
    ended = regdoctor("hops", nobody, "--output", tmp_path / "walk.txt")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "regdoctor: The refused connection starts at the public URL.\n"
    assert (tmp_path / "walk.txt").read_text("utf-8").startswith("The refused connection")


def test_where_there_is_no_registry_nothing_could_be_asked(regdoctor: Command, tmp_path: Path) -> None:
    ended = regdoctor("hops", "--root", tmp_path)

    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) == 1


def test_a_server_that_never_answers_does_not_hold_up_the_walk(start: Command, silent: Any) -> None:
    began = time.monotonic()
    ended = start("hops", silent.url, "--timeout", "4", "--format", "short")

    assert ended.code == 1
    assert ended.out.startswith("The timeout starts at the public URL")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["group/image"], "name the registry too"),
        (["https://me:hunter22@r.example/"], "name and password do not belong"),
        (["ftp://r.example"], "not an address with http"),
        (["https://r.example", "--size", "1MB"], "give --push too"),
        (["https://r.example", "--push", "--size", "much"], "not a size"),
        (["https://r.example", "--upstream", "10.0.0.5:5000"], "Did you mean https://"),
        (["https://r.example", "--password-stdin"], "--password-stdin needs --username"),
        (["https://r.example", "--repository", "A B"], "not the name of a repository"),
        (["r.example/a:1", "--repository", "b"], "another repository"),
        (["https://r.example", "--output", "/nowhere/at/all"], "there is no folder"),
    ],
)
def test_wrong_words_are_a_line_and_exit_code_2(regdoctor: Command, words: list[str], complaint: str) -> None:
    ended = regdoctor("hops", *words)

    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.err
    assert "hunter22" not in ended.err


def test_help_has_examples(regdoctor: Command) -> None:
    ended = regdoctor("hops", "--help")

    assert ended.code == 0
    assert "regdoctor hops https://registry.example.com" in " ".join(ended.out.split())
