"""The page for people: the answer first, its proof and its remedy, and no surprises for the terminal."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from regdoctor.check import Quote, Remedy, Severity
from regdoctor.report import Report, Row
from regdoctor.reporters import Page
from regdoctor.reporters.human import render


def with_rows(report: Report, *rows: Row) -> Report:
    return dataclasses.replace(report, rows=rows)


def test_the_page_is_as_agreed(report: Report, golden: Path) -> None:
    assert render(report, Page(width=80)) == (golden / "human.txt").read_text(encoding="utf-8")


def test_commands_are_never_wrapped(report: Report) -> None:
    shown = render(report, Page(width=40))

    assert "\n      sudo openssl x509 -in /var/opt/gitlab/registry/gitlab-registry.crt -noout -pubkey \\\n" in shown
    assert "\n        | openssl sha256 [all of it]\n" in shown
    prose = [line for line in shown.splitlines() if "/" not in line and "openssl" not in line]
    assert all(len(line) <= 40 for line in prose)


def test_colour_comes_only_where_it_is_wanted(report: Report) -> None:
    assert "\x1b[" not in render(report, Page())
    assert "\x1b[" in render(report, Page(colour=True))


@pytest.mark.parametrize("colour", [False, True])
def test_evidence_cannot_command_the_terminal(report: Report, row: Row, colour: bool) -> None:
    nasty = "\x1b]0;owned\x07\x1b[2J\r\x9b31m"
    hostile = dataclasses.replace(
        row,
        message=f"m{nasty}",
        evidence=(Quote(f"s{nasty}", f"q{nasty} [bold]", 1),),
        remedy=Remedy(f"r{nasty}", (f"c{nasty} [/]",)),
    )
    unknown = dataclasses.replace(hostile, outcome="unknown", check="b")
    target = dict(report.target) | {"registry": f"t{nasty}"}
    shown = render(
        dataclasses.replace(with_rows(report, hostile, unknown), target=target), Page(width=200, colour=colour)
    )

    for left in ("\x1b]", "\x07", "\x1b[2J", "\r", "\x9b"):
        assert left not in shown
    assert "q\\x1b]0;owned\\x07" in shown
    assert "[bold]" in shown
    assert "[/]" in shown


def test_show_hides_what_is_below_and_says_so(report: Report, row: Row) -> None:
    mild = dataclasses.replace(row, check="mild", message="only mild", severity=Severity.INFO)
    shown = render(with_rows(report, row, mild), Page(show=Severity.WARNING))

    assert "only mild" not in shown
    assert "1 below --show" in shown
    assert "2 causes found" in shown


def test_a_mild_cause_of_something_serious_is_not_hidden(report: Report, row: Row) -> None:
    mild = dataclasses.replace(row, severity=Severity.INFO)
    serious = dataclasses.replace(row, check="serious", message="all is lost", explained_by=row.check)
    shown = render(with_rows(report, mild, serious), Page(show=Severity.ERROR))

    assert row.message in shown
    assert "serious: all is lost" in shown
    assert "below --show" not in shown


def test_several_causes_are_numbered_and_what_they_explain_is_told_once(report: Report, row: Row) -> None:
    again = dataclasses.replace(row, message="and the other file", resource="b")
    folded = dataclasses.replace(row, check="folded", message="refused", explained_by=row.check)
    shown = render(with_rows(report, row, again, folded), Page())

    assert "\n1. The registry trusts" in shown
    assert "\n2. and the other file" in shown
    assert shown.count("folded: refused") == 1


@pytest.mark.parametrize(
    ("outcome", "first"),
    [
        ("fail", "✗ https://registry.example.com: 1 cause found: {check}"),
        ("pass", "✓ https://registry.example.com: nothing found wrong, as lab (config.json)"),
        (
            "unknown",
            "? https://registry.example.com: nothing found wrong, as lab (config.json), but not everything could be "
            "told",
        ),
        ("skip", "? https://registry.example.com: nothing could be examined"),
    ],
)
def test_the_first_line_is_the_answer(report: Report, row: Row, outcome: str, first: str) -> None:
    shown = render(with_rows(report, dataclasses.replace(row, outcome=outcome)), Page(width=120))

    assert shown.splitlines()[0] == first.format(check=row.check)


def many(row: Row, outcome: str, count: int) -> list[Row]:
    return [
        dataclasses.replace(row, check=f"{outcome}_{n}", outcome=outcome, title=f"Title {n}", message=f"Reason {n}")
        for n in range(count)
    ]


def test_much_that_is_healthy_or_not_tried_does_not_push_the_answer_off_the_screen(report: Report, row: Row) -> None:
    wants_option = dataclasses.replace(row, check="writes", outcome="skip", message="not without --allow-writes")
    long = with_rows(report, row, *many(row, "pass", 13), *many(row, "skip", 13), wants_option)
    short, full = render(long, Page(width=120)), render(long, Page(width=80, full=True))

    assert "\n  ✓ auth 13 (--verbose names them)\n" in short
    assert "\n1 check was not tried: it needs --allow-writes; 13 do not apply here; --verbose names them\n" in short
    assert "Title 3" not in short
    assert "Not tried" not in short
    assert full.count("✓ Title ") == 13
    assert "  - skip_12: Reason 12\n" in full
    assert "  - writes: not without --allow-writes\n" in full
    assert "--verbose" not in full


def test_what_could_not_be_told_is_never_shortened(report: Report, row: Row) -> None:
    shown = render(with_rows(report, row, *many(row, "unknown", 30)), Page(width=80))

    assert shown.count("  ? unknown_") == 30


def test_after_some_findings_of_one_check_a_line_each_is_enough(report: Report, row: Row) -> None:
    rows = [dataclasses.replace(row, message=f"Finding {number}") for number in range(9)]
    shown = render(with_rows(report, *rows), Page(width=120))

    assert shown.count("\n  Remedy\n") == 5
    assert (
        "\n4 more of token_key_mismatch, mended likewise\n  - Finding 5 (/var/opt/gitlab/registry/config.yml:12)"
        in shown
    )
    assert "Finding 8" in shown


def test_an_address_in_evidence_is_never_broken(report: Report, row: Row) -> None:
    address = f"https://s3.example.com/bucket/{'k' * 120}"
    quote = Quote(f"HEAD {address}", f"HEAD {address} → 403, empty body, Server: a server with a name of some words")
    shown = render(with_rows(report, dataclasses.replace(row, evidence=(quote,))), Page(width=60))

    assert address in shown.split()
    assert "    → 403, empty body, Server: a server with a name of some\n" in shown


def test_the_first_line_counts_every_cause_that_it_names(report: Report, row: Row) -> None:
    again = dataclasses.replace(row, message="and the other file")
    mild = dataclasses.replace(row, check="mild", severity=Severity.INFO)
    every = with_rows(report, row, again, mild)

    assert "3 causes found: token_key_mismatch (2), mild\n" in render(every, Page(width=120))
    hidden = render(every, Page(width=120, show=Severity.WARNING))
    assert "3 causes found: token_key_mismatch (2) and 1 more\n" in hidden


def test_a_store_that_was_not_asked_is_told_below_the_answer(report: Report, row: Row) -> None:
    why = "the files are a copy: the object store that they name was not asked"
    skipped = dataclasses.replace(row, check="s3_slow_down", outcome="skip", message=why)
    unasked = dataclasses.replace(with_rows(report, skipped), target={**report.target, "storage": "s3"})

    assert render(unasked, Page(width=200)).splitlines()[1].startswith("The object store was not asked: ")
    assert "object store" not in render(with_rows(report, skipped), Page(width=200)).splitlines()[1]
