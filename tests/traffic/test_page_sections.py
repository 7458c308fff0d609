"""What stands on the page without a script: few of many, the failures always, commands as they are to be pasted."""

from __future__ import annotations

import re

import pytest

from regdoctor import catalogue
from regdoctor.check import Dialect, Fail, Quote, Remedy
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.sign import Sign
from regdoctor.traffic.diagnosis import Diagnosis
from regdoctor.traffic.page_sections import findings_html, notes_html, sessions_html
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation

CHECK = catalogue.checks()[0]
COMMAND = "cat > a <<'EOF'\n  <b>&\nEOF"


def _told(talk: Conversation) -> Diagnosis:
    telling = Telling()
    for one in talk.said:
        telling.take(one)
    return telling.end([BadRecord(f"record {number}", "it is <cut> off") for number in range(25)])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> str:
    def seen(call: object, story: object) -> Fail:
        number = getattr(call, "number", 0)
        remedy = {Dialect.PLAIN: Remedy("Do <it>.", (COMMAND,))}
        return Fail("it & that", remedy, (Quote("config.yml", "a: <b>", 3),), f"thing {number}")

    monkeypatch.setattr(catalogue, "signs", lambda: (Sign(CHECK, seen),))
    talk = Conversation()
    for _ in range(7):
        talk.ask("GET", "/v2/", 200)
    return findings_html(_told(talk))


def test_a_finding_has_its_proof_and_a_command_to_paste(found: str) -> None:
    assert "it &amp; that" in found
    assert "<p>Do &lt;it&gt;.</p>" in found
    assert "<pre>cat &gt; a &lt;&lt;&#x27;EOF&#x27;\n  &lt;b&gt;&amp;\nEOF</pre>" in found
    assert "config.yml:3: a: &lt;b&gt;" in found
    assert 'seen in call <a href="#call-1">1</a>' in found


def test_of_one_check_five_are_shown(found: str) -> None:
    assert found.count("<article") == 5
    assert f"2 more of {CHECK.name}" in found


def test_a_session_that_failed_comes_first_and_its_failure_is_among_the_steps_shown() -> None:
    talk = Conversation()
    talk.push("group/fine", "1", "one")
    talk.begin("group/large")
    for place in range(30):
        talk.push_blob("group/large", f"layer{place}")
    talk.push_blob("group/large", "last", verified=403)
    shown = sessions_html(_told(talk).sessions)
    large, fine = shown.index("push of group/large"), shown.index("push of group/fine")

    assert large < fine
    assert '<li class="failed"' in shown[large:fine]
    assert shown[large:fine].count("<li") == 40
    assert re.search(r"\d+ more steps", shown[large:fine])


def test_what_could_not_be_read_is_listed_and_counted() -> None:
    shown = notes_html(_told(Conversation()))

    assert "<h2>Could not be read</h2>" in shown
    assert "record 0: it is &lt;cut&gt; off" in shown
    assert "and 5 more" in shown
