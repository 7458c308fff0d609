"""The page in a real Chromium: what is open, what a click and the keys do, and how 10,000 calls feel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from regdoctor.evidence.call import Call
from regdoctor.traffic.diagnosis import Diagnosis
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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("browser")) as chromium:
        yield chromium


@pytest.fixture
def browser(running: Chromium) -> Chromium:
    running.look()
    running.complaints.clear()
    running.requests.clear()
    return running


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
    browser.press("j")
    assert "ping" in browser.run(FOCUS)
    browser.press("k")
    assert "push of group/app:1" in browser.run(FOCUS)
    browser.press("End")
    assert "the bucket refuses HEAD" in browser.run(FOCUS)


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


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_phone(browser: Chromium, refused: Path, width: int) -> None:
    browser.look(width=width, height=812)
    browser.open(refused)
    browser.run(
        "document.querySelectorAll('.head.session[aria-expanded=false], details > summary').forEach(one => one.click())"
    )

    assert browser.run("document.documentElement.scrollWidth") == width
    assert browser.run("document.querySelector('.box').scrollWidth <= document.querySelector('.box').clientWidth")
    for part in ("status", "took", "bar", "lanes"):
        assert browser.run(f"document.querySelector('.head.call.failed .{part}').checkVisibility()"), part


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


def test_a_hostile_recording_stays_text(browser: Chromium, tmp_path: Path) -> None:
    steal = "document.title='taken'"
    evil = f'</script><img src=x onerror="{steal}"><script>{steal}</script>\u202eb\u2066\x1b'
    talk = Conversation(client=evil)
    talk.begin(f"group/{evil}")
    headers = (("X-Evil", evil), (evil, "1"), ("X-Long", "<b>" * 400_000), ("X-\u05d0", "\u05d0\u05d1\u05d2"))
    talk.ask("HEAD", f"/v2/group/app/blobs/{evil}", 500, *headers, body=evil.encode())
    page = _write(talk, tmp_path)

    browser.open(page)
    browser.run("document.querySelectorAll('.detail details').forEach(one => { one.open = true; })")
    shown = browser.run("document.body.innerText")

    assert page.stat().st_size < 100_000
    assert "taken" not in browser.run("document.title")
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert "onerror" in shown
    assert "\\u202eb\\u2066\\x1b" in shown
    assert not set("\u202e\u2066\x1b") & set(shown)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []


@pytest.fixture(scope="module")
def ten_thousand() -> tuple[Diagnosis, list[Call]]:
    """Forty pushes that go well, and one that does not."""
    talk = Conversation()
    for place in range(40):
        talk.push(f"group/app{place}", "1", *(f"layer-{place}-{layer}" for layer in range(42)))
    talk.begin("group/late")
    talk.push_blob("group/late", "last", verified=403)
    telling = Telling()
    calls = [telling.take(one).call for one in talk.said]
    return telling.end(), calls


def test_ten_thousand_calls_stay_usable(
    browser: Chromium, tmp_path: Path, ten_thousand: tuple[Diagnosis, list[Call]]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(render_page(*ten_thousand), "utf-8")

    assert len(ten_thousand[1]) >= 10_000
    assert page.stat().st_size / len(ten_thousand[1]) < 500
    assert browser.work(lambda: browser.open(page)) < 5
    assert browser.run("document.querySelectorAll('.head').length") < 1_000
    assert browser.run(IN_BOX)
    # A far call by its link, all the way down, and only what went wrong: seconds of work until the next frame.
    for what in (
        "location.hash = '#call-5000'",
        "document.querySelector('.box').scrollTop = 1e9",
        "document.querySelector('input[type=checkbox]').click()",
    ):
        script = f"(() => {{ const began = performance.now(); {what}; return {FRAME}; }})()"
        assert browser.work(partial(browser.run, script)) < 2, what
    assert browser.complaints == []


def test_a_page_that_is_shortened_says_so_and_shows_the_failure(
    browser: Chromium, tmp_path: Path, ten_thousand: tuple[Diagnosis, list[Call]]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(render_page(*ten_thousand, most=1_000), "utf-8")
    browser.open(page)

    assert page.stat().st_size < 600_000
    assert browser.run("document.querySelector('.shortened').innerText").startswith(
        "The recording is too long for one page"
    )
    assert browser.run(IN_BOX)
    assert browser.complaints == []
