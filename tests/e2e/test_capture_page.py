"""The page in a real Chromium: what is open, what a click and the keys do, and how 10,000 calls feel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from regdoctor.traffic.page import render_page
from regdoctor.traffic.telling import Telling
from tests.e2e.chromium import Chromium
from tests.traffic.conversation import Conversation

FOCUS = "document.activeElement.textContent"
OPEN = "document.activeElement.getAttribute('aria-expanded')"
IN_BOX = """(() => {
  const box = document.querySelector(".box").getBoundingClientRect();
  const row = document.querySelector(".head.call.failed").getBoundingClientRect();
  return row.top >= box.top && row.bottom <= box.bottom;
})()"""
FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began))))"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(tmp_path) as chromium:
        chromium.look()
        yield chromium


def _write(talk: Conversation, folder: Path) -> Path:
    telling = Telling()
    calls = [telling.take(one).call for one in talk.said]
    page = folder / "page.html"
    page.write_text(render_page(telling.end(), calls), "utf-8")
    return page


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """A push and a pull that go well, then a push whose blob the bucket refuses."""
    talk = Conversation()
    talk.push("group/app", "1", "one", "two")
    talk.pull("group/app", "1", "one")
    talk.begin("group/other")
    talk.push_blob("group/other", "three", verified=403)
    last = talk.said[-1]
    talk.said[-1] = replace(last, exchange=replace(last.exchange, headers=(("Server", "AmazonS3"),)))
    return _write(talk, tmp_path)


def test_the_failing_call_is_open_in_view_and_the_answer_stays_on_top(browser: Chromium, refused: Path) -> None:
    browser.open(refused)

    assert browser.run("scrollY") == 0
    assert browser.run(IN_BOX)
    assert browser.run("document.querySelector('.head.call.failed').getAttribute('aria-expanded')") == "true"
    assert browser.complaints == []
    assert browser.requests == [refused.as_uri()]


def test_a_click_folds_the_failing_step_and_opens_it_again(browser: Chromium, refused: Path) -> None:
    browser.open(refused)
    state = "document.querySelector('.head.step.failed').getAttribute('aria-expanded')"
    seen = "document.querySelector('.head.call.failed').checkVisibility()"

    browser.click(".head.step.failed")
    assert (browser.run(state), browser.run(seen)) == ("false", False)
    browser.click(".head.step.failed")
    assert (browser.run(state), browser.run(seen)) == ("true", True)
    browser.click(".node.call:last-child details summary")
    assert browser.run("document.querySelector('.node.call:last-child details').open")
    assert browser.complaints == []


def test_the_keys_move_among_the_rows_and_open_them(browser: Chromium, refused: Path) -> None:
    browser.open(refused)
    browser.run("document.querySelector('.head.session').focus()")

    assert "push of group/app:1" in browser.run(FOCUS)
    browser.press("ArrowDown")
    assert "ping" in browser.run(FOCUS)
    assert browser.run(OPEN) == "false"
    browser.press("Enter")
    assert browser.run(OPEN) == "true"
    browser.press("ArrowDown")
    assert "GET to registry: /v2/" in browser.run(FOCUS)
    browser.press("ArrowLeft")
    assert "ping" in browser.run(FOCUS)
    browser.press("ArrowLeft")
    assert browser.run(OPEN) == "false"
    browser.press("ArrowUp")
    assert "push of group/app:1" in browser.run(FOCUS)
    assert browser.run("document.querySelectorAll('.head[tabindex=\"0\"]').length") == 1


def test_a_link_leads_to_its_call(browser: Chromium, refused: Path) -> None:
    browser.open(refused)
    browser.click("header .jump a")
    browser.run(f"(() => {{ const began = 0; return {FRAME}; }})()")

    assert "the bucket refuses HEAD" in browser.run(FOCUS)


def test_the_search_leaves_what_fits(browser: Chromium, refused: Path) -> None:
    browser.open(refused)
    browser.run("document.querySelector('input[type=checkbox]').click()")
    assert browser.run("document.querySelectorAll('.head.step').length") == 1
    assert "verify blob" in browser.run("document.querySelector('.head.step').textContent")


def test_nothing_is_wider_than_a_phone(browser: Chromium, refused: Path) -> None:
    browser.look(width=375, height=812)
    browser.open(refused)

    assert browser.run("document.documentElement.scrollWidth") == 375
    assert browser.run("document.querySelector('.box').scrollWidth <= document.querySelector('.box').clientWidth")
    assert browser.run("document.querySelector('.head.call.failed .status').checkVisibility()")


def test_dark_and_light_are_two_pages(browser: Chromium, refused: Path) -> None:
    back = "getComputedStyle(document.body).backgroundColor"
    seen = []
    for scheme in ("light", "dark"):
        browser.look(scheme=scheme)
        browser.open(refused)
        seen.append(browser.run(back))

    assert seen == ["rgb(255, 255, 255)", "rgb(20, 23, 26)"]


def test_without_scripts_the_answer_the_remedy_and_the_step_are_there(browser: Chromium, refused: Path) -> None:
    browser.look(scripts=False)
    browser.open(refused)
    shown = browser.run("document.body.innerText")

    for text in ("The bucket refused HEAD of a blob (403)", "Remedy", "failed · verify blob", "With JavaScript"):
        assert text in shown


def test_a_hostile_recording_runs_nothing(browser: Chromium, tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    talk = Conversation()
    talk.begin("group/app")
    talk.ask("HEAD", f"/v2/group/app/blobs/{evil}", 500, ("X-Evil", evil), body=evil.encode())
    page = _write(talk, tmp_path)

    browser.open(page)
    browser.run("document.querySelectorAll('.detail details').forEach(one => { one.open = true; })")

    assert "taken" not in browser.run("document.title")
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.complaints == []


def test_ten_thousand_calls_stay_usable(browser: Chromium, tmp_path: Path) -> None:
    talk = Conversation()
    for place in range(40):
        talk.push(f"group/app{place}", "1", *(f"layer-{place}-{layer}" for layer in range(42)))
    talk.begin("group/late")
    talk.push_blob("group/late", "last", verified=403)
    page = _write(talk, tmp_path)

    assert len(talk.said) >= 10_000
    assert page.stat().st_size / len(talk.said) < 500
    assert browser.open(page) < 10
    assert browser.run("document.querySelectorAll('.head').length") < 1_000
    assert browser.run(IN_BOX)
    # A far call by its link, and all the way down: milliseconds until the next frame is there.
    follow = "location.hash = '#call-5000';"
    assert browser.run(f"(() => {{ const began = performance.now(); {follow} return {FRAME}; }})()") < 2_000
    scroll = "const box = document.querySelector('.box'); box.scrollTop = box.scrollHeight / 2;"
    assert browser.run(f"(() => {{ const began = performance.now(); {scroll} return {FRAME}; }})()") < 2_000
    assert browser.complaints == []
