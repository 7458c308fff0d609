"""The page says the answer first, loads nothing, and shows what a recording holds as text and no more."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.page import render_page
from regdoctor.traffic.telling import Telling
from tests.traffic.conversation import Conversation

HOSTILE = '</script><img src=x onerror=alert(1)>"\u2028\u202e\x00\x1b[31m{{data}}'


def page_of(said: list[Recorded]) -> str:
    """The page of what was said."""
    telling = Telling()
    calls = [telling.take(one).call for one in said]
    return render_page(telling.end(), calls)


@pytest.fixture
def refused() -> str:
    talk = Conversation()
    talk.begin("group/app")
    talk.push_blob("group/app", "one", verified=403)
    return page_of(talk.said)


class _Outline(HTMLParser):
    """Elements and attributes, as a browser finds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_answer_and_its_remedy_come_before_the_calls(refused: str) -> None:
    answer, remedy = refused.index("<h1>The bucket refused HEAD of a blob (403)"), refused.index("<h3>Remedy</h3>")

    assert answer < remedy < refused.index('<section id="traffic"')
    assert "regdoctor explain s3_blob_read_forbidden" in refused
    assert '<li class="failed" id="call-8">✗ failed · verify blob' in refused


def test_only_its_own_style_and_script_may_run(refused: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', refused)
    assert policy
    assert policy[1].startswith("default-src 'none';")
    for tag in ("style", "script"):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", refused, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        assert len(texts) == 1
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    names = {name for name, _ in _Outline(refused).attributes}
    assert not names & {"src", "style", "srcset", "action"}
    assert not any(name.startswith("on") for name in names)


def test_a_recording_cannot_leave_its_place() -> None:
    talk = Conversation()
    talk.begin("group/app")
    talk.ask("HEAD", f"/v2/group/app/blobs/{HOSTILE}", 500, ("X-Hostile", HOSTILE), body=HOSTILE.encode())
    talk.said[-1] = dataclasses.replace(talk.said[-1], client=HOSTILE)
    page = page_of(talk.said)
    outline = _Outline(page)

    assert outline.tags.count("script") == 2
    assert "img" not in outline.tags
    assert "onerror" not in dict(outline.attributes)
    for char in "\u2028\u202e\x00\x1b":
        assert char not in page


def test_a_healthy_recording_says_so() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one")
    page = page_of(talk.said)

    assert '<header class="healthy">' in page
    assert "<article" not in page
    assert "which failed" not in page


def test_an_empty_recording_has_a_page() -> None:
    assert "No call of a registry is in this recording" in page_of([])


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_has_the_contrast_that_wcag_aa_wants() -> None:
    css = resources.files("regdoctor.traffic").joinpath("page", "page.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for scheme in (_colours(light), _colours(light) | _colours(dark)):
        for name in ("text", "muted", "link", "bad", "warn", "registry", "token", "bucket", "gitlab", "elsewhere"):
            for back in ("page", "card", "bad-back"):
                assert _contrast(scheme[name], scheme[back]) >= 4.5, (name, back)
        assert _contrast(scheme["step"], scheme["page"]) >= 3


def test_each_script_stands_on_the_page_once_and_none_is_left_behind() -> None:
    folder = resources.files("regdoctor.traffic").joinpath("page")
    page = page_of([])
    scripts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".js")]

    assert len(scripts) > 1
    assert [page.count(script) for script in scripts] == [1] * len(scripts)


def test_a_step_leads_to_its_finding(refused: str) -> None:
    assert refused.count('<article class="finding error" id="finding-s3_blob_read_forbidden">') == 1


def test_a_shortened_page_says_so_above_the_calls() -> None:
    talk = Conversation()
    for place in range(5):
        talk.push(f"group/app{place}", "1", "one")
    telling = Telling()
    calls = [telling.take(one).call for one in talk.said]
    page = render_page(telling.end(), calls, most=12)

    assert '<p class="shortened">The recording is too long for one page: 12 of its' in page
    assert page.index('class="shortened"') < page.index('id="sessions"')
    assert '"w":1' in page
    assert 'class="shortened"' not in render_page(telling.end(), calls)
