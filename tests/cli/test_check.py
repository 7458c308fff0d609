"""`regdoctor check` as it is used: on nothing, on what is no registry, on broken files, and in pipelines."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from regdoctor.catalogue import checks
from regdoctor.check import Fail, Pass, Severity, Skip, Unknown

Command = Callable[..., Any]
Found = Callable[..., None]
SCHEMA = json.loads(resources.files("regdoctor.reporters").joinpath("report-1.schema.json").read_text())


def causes(report: dict[str, Any]) -> list[str]:
    return [row["check"] for row in report["outcomes"] if row["outcome"] == "fail" and not row["explained_by"]]


def test_where_no_registry_is_found_one_paragraph_says_what_was_looked_for(regdoctor: Command, tmp_path: Path) -> None:
    ended = regdoctor("check", "all", "--root", tmp_path)

    assert (ended.code, ended.out) == (3, "")
    assert " ".join(ended.err.split()).startswith(f"No registry was found: none of {tmp_path}/var/opt/gitlab/")
    assert "--registry URL" in " ".join(ended.err.split())
    assert "\n\n" not in ended.err.strip()


def test_where_no_registry_is_found_json_is_still_a_whole_document(regdoctor: Command, tmp_path: Path) -> None:
    ended = regdoctor("check", "all", "--root", tmp_path, "--format", "json")
    report = json.loads(ended.out)

    assert ended.code == 3
    jsonschema.validate(report, SCHEMA)
    assert {row["check"] for row in report["outcomes"]} == {item.name for item in checks()}
    assert ended.err.startswith("No registry was found")


def test_a_port_where_nothing_listens_is_a_finding(regdoctor: Command, nobody: str) -> None:
    ended = regdoctor("check", "all", "--registry", nobody, "--format", "json")
    report = json.loads(ended.out)

    assert ended.code == 1
    assert causes(report) == ["registry_unreachable"]
    assert "connection refused" in report["outcomes"][0]["message"]
    assert ended.err == f"regdoctor: {nobody}: 1 cause found: registry_unreachable\n"
    jsonschema.validate(report, SCHEMA)


def test_a_web_page_where_a_registry_belongs_is_a_finding(spawn: Command, web_page: str) -> None:
    ended = spawn("check", "all", "--registry", web_page, "--format", "json")
    report = json.loads(ended.out)

    assert ended.code == 1
    assert causes(report) == ["not_a_registry"]
    assert "text/html" in report["outcomes"][0]["message"]
    assert "Traceback" not in ended.err
    jsonschema.validate(report, SCHEMA)


@pytest.mark.parametrize("format_", ["human", "short", "json"])
def test_the_code_is_the_same_for_every_format(regdoctor: Command, nobody: str, format_: str) -> None:
    ended = regdoctor("check", "registry_unreachable", "--registry", nobody, "--format", format_)

    assert ended.code == 1
    assert "registry_unreachable" in ended.out


def test_a_server_that_never_answers_is_a_finding_and_does_not_hold_up_the_examination(
    start: Command, silent: Any
) -> None:
    began = time.monotonic()
    ended = start("check", "all", "--registry", silent.url, "--timeout", "4", "--format", "json")
    took = time.monotonic() - began
    report = json.loads(ended.out)

    assert ended.code == 1
    assert report["duration_ms"] < 5000
    assert took < 12
    assert causes(report) == ["registry_unreachable"]
    assert "still waiting for the response" in report["outcomes"][0]["message"]
    assert {row["check"] for row in report["outcomes"]} == {item.name for item in checks()}


def test_an_examination_without_time_ends_and_tells_every_check(start: Command, silent: Any) -> None:
    began = time.monotonic()
    ended = start("check", "all", "--registry", silent.url, "--timeout", "0.1", "--format", "json")
    took = time.monotonic() - began
    report = json.loads(ended.out)

    assert ended.code in (1, 3)  # whether the first answer's own share of so short a time was over is not for sure
    assert took < 8
    assert {row["check"] for row in report["outcomes"]} == {item.name for item in checks()}


BROKEN: dict[str, tuple[bytes, str]] = {
    "yaml": (b"a: [1\nb: }\n", ":2: not YAML"),
    "binary": (bytes(range(256)) * 4, "binary"),
    "other": (b"name: value\n", "none of the files that regdoctor knows"),
    "empty": (b"", "none of the files that regdoctor knows"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_configuration_that_cannot_be_read_is_told_in_one_line(regdoctor: Command, tmp_path: Path, kind: str) -> None:
    content, complaint = BROKEN[kind]
    file = tmp_path / "config.yml"
    file.write_bytes(content)

    told_in_one_line(regdoctor("check", "all", "--config", file), file, complaint)


def test_a_configuration_that_is_no_file_is_told_in_one_line(regdoctor: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    told_in_one_line(regdoctor("check", "all", "--config", tmp_path / "none"), tmp_path / "none", "no such file")
    told_in_one_line(regdoctor("check", "all", "--config", tmp_path), tmp_path, "a directory")
    told_in_one_line(regdoctor("check", "all", "--config", tmp_path / "pipe"), tmp_path / "pipe", "a named pipe")


def told_in_one_line(ended: Any, file: Path, complaint: str) -> None:
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert ended.err.startswith(f"regdoctor: {file}")
    assert complaint in ended.err


def test_what_could_be_examined_is_reported_beside_a_file_that_cannot_be_read(
    regdoctor: Command, nobody: str, tmp_path: Path
) -> None:
    ended = regdoctor(
        "check", "all", "--registry", nobody, "--config", tmp_path / "none", "--root", tmp_path, "--format", "json"
    )

    assert ended.code == 2
    assert causes(json.loads(ended.out)) == ["registry_unreachable"]
    assert f"regdoctor: {tmp_path / 'none'}: no such file\n" in ended.err


def test_an_authority_file_that_cannot_be_read_is_told_in_one_line(
    regdoctor: Command, nobody: str, tmp_path: Path
) -> None:
    ended = regdoctor("check", "all", "--registry", nobody, "--ca-file", tmp_path / "none")

    told_in_one_line(ended, tmp_path / "none", "no such file")


@pytest.mark.parametrize(
    ("severity", "options", "code"),
    [
        (Severity.CRITICAL, [], 1),
        (Severity.ERROR, [], 1),
        (Severity.WARNING, [], 0),
        (Severity.WARNING, ["--fail-on", "warning"], 1),
        (Severity.ERROR, ["--fail-on", "critical"], 0),
        (Severity.CRITICAL, ["--fail-on", "critical"], 1),
        (Severity.ERROR, ["--show", "critical"], 1),
        (Severity.INFO, ["--show", "info"], 0),
    ],
)
def test_fail_on_decides_the_code_and_show_does_not(
    regdoctor: Command, found: Found, failure: Callable[..., Fail], severity: Severity, options: list[str], code: int
) -> None:
    found(authority_unknown=failure(severity), port_clash=Pass())

    assert regdoctor("check", "all", *options).code == code


def test_show_decides_what_people_see_and_not_what_machines_get(
    regdoctor: Command, found: Found, failure: Callable[..., Fail]
) -> None:
    found(authority_unknown=failure(Severity.WARNING))

    assert "authority_unknown" not in regdoctor("check", "all", "--show", "error").out
    assert "authority_unknown" in regdoctor("check", "all", "--fail-on", "critical").out
    assert causes(json.loads(regdoctor("check", "all", "--show", "error", "--format", "json").out))


@pytest.mark.parametrize(
    ("outcomes", "usual", "strict"),
    [
        ({"port_clash": Pass()}, 0, 0),
        ({"port_clash": Pass(), "health_lies": Skip("no")}, 0, 0),
        ({"port_clash": Pass(), "health_lies": Unknown("no")}, 0, 3),
        ({"health_lies": Unknown("no")}, 3, 3),
        ({"health_lies": Skip("no")}, 3, 3),
    ],
)
def test_what_is_unknown_counts_where_nothing_is_known_or_with_strict(
    regdoctor: Command, found: Found, outcomes: dict[str, Any], usual: int, strict: int
) -> None:
    found(**outcomes)

    assert regdoctor("check", "all").code == usual
    assert regdoctor("check", "all", "--strict").code == strict


def test_a_finding_outweighs_what_is_unknown(regdoctor: Command, found: Found, failure: Callable[..., Fail]) -> None:
    found(authority_unknown=failure(), health_lies=Unknown("no"))

    assert regdoctor("check", "all", "--strict").code == 1


def test_a_bug_in_a_check_is_70_and_the_report_is_written_all_the_same(
    regdoctor: Command, found: Found, failure: Callable[..., Fail]
) -> None:
    found(bug="Traceback: lost", authority_unknown=failure())
    ended = regdoctor("check", "all", "--format", "json")

    assert ended.code == 70
    assert causes(json.loads(ended.out)) == ["authority_unknown"]
    assert "Traceback: lost\nregdoctor: this is a bug in regdoctor" in ended.err


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        (["--ignore", "registry_unreachable"], 0),
        (["--ignore", "registry-unreachable"], 0),
        (["--ignore", "registry_unreachable:{resource}"], 0),
        (["--ignore", "registry_unreachable:https://elsewhere"], 1),
        (["--ignore", "port_clash"], 1),
    ],
)
def test_an_accepted_finding_does_not_count(regdoctor: Command, nobody: str, accepted: list[str], code: int) -> None:
    words = [word.format(resource=nobody) for word in accepted]
    ended = regdoctor("check", "registry_unreachable", "--registry", nobody, *words, "--format", "json")
    report = json.loads(ended.out)

    assert ended.code == code
    assert report["summary"]["ignored"] == (code == 0)
    assert report["outcomes"][0]["outcome"] == ("ignored" if code == 0 else "fail")


def test_each_format_goes_to_its_file_and_the_last_to_standard_output(
    regdoctor: Command, nobody: str, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.txt"
    common = ("check", "registry", "--registry", nobody, "--format", "json", "--output", one, "--format", "short")

    ended = regdoctor(*common, "--output", two)
    assert (ended.code, ended.out) == (1, "")
    assert causes(json.loads(one.read_text())) == ["registry_unreachable"]
    assert two.read_text().startswith("FAIL critical registry_unreachable")
    assert "registry_unreachable" in ended.err

    assert regdoctor(*common).out.startswith("FAIL critical registry_unreachable")


def test_a_file_without_a_format_gets_the_page_for_people(regdoctor: Command, nobody: str, tmp_path: Path) -> None:
    regdoctor("check", "registry", "--registry", nobody, "--output", tmp_path / "a.txt")

    assert (tmp_path / "a.txt").read_text().startswith("✗ ")


def test_no_colour_on_a_pipe(start: Command, nobody: str) -> None:
    assert "\x1b" not in start("check", "registry", "--registry", nobody).out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_gets_all_the_same_and_json_stays_json(
    start: Command, nobody: str, encoding: str
) -> None:
    env = {"PYTHONIOENCODING": encoding}
    page = start("check", "registry", "--registry", nobody, env=env)
    report = json.loads(start("check", "registry", "--registry", nobody, "--format", "json", env=env).out)

    assert page.code == 1
    assert page.out.startswith("\\u2717 ")
    assert "→" in report["outcomes"][0]["evidence"][0]["quote"]


def test_a_folder_with_a_name_that_is_not_unicode_is_reported(regdoctor: Command, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff\xfe")
    folder.mkdir()
    ended = regdoctor("check", "all", "--root", folder, "--format", "json", "--output", tmp_path / "a.json")

    assert ended.code == 3
    assert json.loads((tmp_path / "a.json").read_text())["target"]["root"] == str(folder)


def test_verbose_tells_each_probe_on_standard_error(regdoctor: Command, nobody: str) -> None:
    ended = regdoctor("check", "registry", "--registry", nobody, "--verbose", "--format", "json")

    json.loads(ended.out)
    assert "public_answer: done (" in ended.err
    assert "installation: only a URL was given" in ended.err


def test_the_shell_completes_names_and_formats() -> None:
    from regdoctor.cli.check import complete_formats, complete_names

    assert dict(complete_names("token-k")) == {
        "token_key_mismatch": "GitLab signs tokens with the key that the registry trusts"
    }
    assert {"all", "auth"} <= set(dict(complete_names("a")))
    assert list(complete_formats("js")) == ["json"]
