"""The diagnosis fits the page, begins with the answer, and its JSON keeps the schema."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest

from regdoctor import catalogue
from regdoctor.check import Dialect, Fail, Quote, Remedy, Severity
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.story import Story
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.sign import Seen, Sign
from regdoctor.traffic.diagnosis import Diagnosis, document, render_json
from regdoctor.traffic.report import render_text
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation

SCHEMA = json.loads(resources.files("regdoctor.traffic").joinpath("capture-1.schema.json").read_text("utf-8"))
CHECK = catalogue.checks()[0]


def _refused(call: Call, story: Story) -> Seen:
    if call.part is not Part.STORE or call.status != 403:
        return None
    remedy = {Dialect.PLAIN: Remedy("Allow it.", ("aws s3api put-bucket-policy --bucket bucket",))}
    return Fail("the bucket\x1b[31m refuses", remedy, (call.exchange.quote(),), "bucket", severity=Severity.WARNING)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Diagnosis:
    monkeypatch.setattr(catalogue, "signs", lambda: (Sign(CHECK, _refused),))
    talk, telling = Conversation(), Telling()
    talk.begin("group/app\x1b[31m")
    talk.push_blob("group/app\x1b[31m", "one", verified=403)
    for one in talk.said:
        telling.take(one)
    return telling.end([BadRecord("record 9", "it is cut off")])


def test_the_json_keeps_the_schema(broken: Diagnosis) -> None:
    for diagnosis in (broken, Telling().end()):
        jsonschema.validate(json.loads(render_json(diagnosis)), SCHEMA)


def test_the_outcomes_are_those_of_a_report(broken: Diagnosis) -> None:
    report = json.loads(resources.files("regdoctor.reporters").joinpath("report-1.schema.json").read_text("utf-8"))
    made = document(broken)

    assert SCHEMA["$defs"]["outcome"] == report["$defs"]["outcome"]
    assert made["outcomes"][0]["check"] == CHECK.name
    assert made["sightings"] == [{"check": CHECK.name, "resource": "bucket", "count": 1, "calls": [8]}]
    assert made["unread"] == [{"where": "record 9", "why": "it is cut off"}]


def test_the_text_begins_with_the_answer_and_has_proof_and_remedy(broken: Diagnosis) -> None:
    text = render_text(broken, 80)
    lines = text.splitlines()

    assert " ".join(lines[:2]).startswith("The bucket refused HEAD of a blob (403): the push of group/app")
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in text
    assert "      aws s3api put-bucket-policy --bucket bucket" in lines
    assert "Evidence" in text
    assert "  - record 9: it is cut off" in lines


def test_findings_below_the_threshold_are_left_out(broken: Diagnosis) -> None:
    assert "Allow it." in render_text(broken, 80, Severity.WARNING)
    assert "Allow it." not in render_text(broken, 80, Severity.ERROR)


def test_a_failed_session_counts_as_an_error(broken: Diagnosis) -> None:
    assert broken.report.worst() is Severity.WARNING
    assert broken.worst() is Severity.ERROR


def test_a_quote_of_a_file_names_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    fail = Fail("m", {Dialect.PLAIN: Remedy("Do it.")}, (Quote("config.yml", "a: b", 3),))
    monkeypatch.setattr(catalogue, "signs", lambda: (Sign(CHECK, lambda call, story: fail),))
    talk, telling = Conversation(), Telling()
    telling.take(talk.ask("GET", "/v2/", 200))

    assert "    config.yml:3: a: b" in render_text(telling.end(), 80).splitlines()
