"""JSON, version 1, is what its schema says, whatever is in it."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import regdoctor
from regdoctor.check import Severity
from regdoctor.report import Report, Row
from regdoctor.reporters import Page
from regdoctor.reporters.json import render

SCHEMA = json.loads(resources.files("regdoctor.reporters").joinpath("report-1.schema.json").read_text())


@pytest.fixture(autouse=True)
def _fixed_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regdoctor, "__version__", "0.0.0")


def test_the_document_is_as_agreed_and_as_its_schema_says(report: Report, golden: Path) -> None:
    shown = render(report, Page())

    assert shown == (golden / "json.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(shown), SCHEMA)


def test_show_thins_nothing_out(report: Report) -> None:
    assert render(report, Page(show=Severity.CRITICAL)) == render(report, Page())


def test_what_no_terminal_likes_is_still_one_document(report: Report, row: Row) -> None:
    nasty = dataclasses.replace(row, message='\x1b[2J "quoted" \\ \n\u2028 \udcff ✗')
    shown = render(dataclasses.replace(report, rows=(nasty,)), Page())

    assert json.loads(shown)["outcomes"][0]["message"] == nasty.message
    jsonschema.validate(json.loads(shown), SCHEMA)


def test_an_empty_report_is_a_document_too(report: Report) -> None:
    document = json.loads(render(dataclasses.replace(report, rows=(), target={"dialect": "plain"}), Page()))

    jsonschema.validate(document, SCHEMA)
    assert document["outcomes"] == []
