"""The page for everybody, in a real Chromium: by keys alone, read aloud, in both schemes, without motion, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.traffic.page import render_page
from regdoctor.traffic.telling import Telling
from tests.e2e.chromium import Chromium
from tests.traffic.conversation import Conversation

# Where the focus is: the element's place in the document, whether it can be seen to be there, and its text.
STOP = """(() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const style = getComputedStyle(at);
  const seen = at.checkVisibility() && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [[...document.querySelectorAll("*")].indexOf(at), seen, at.textContent.slice(0, 60) || at.type];
})()"""
CONTROLS = """[...document.querySelectorAll("a[href], button, input, summary")]
  .filter((one) => one.checkVisibility()).map((one) => [...document.querySelectorAll("*")].indexOf(one))"""
# WCAG 2.2, 1.4.3: each text against what is painted behind it, as the browser mixes the colours.
FAINT = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const mixed = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const faint = [];
  for (const one of document.body.querySelectorAll("*")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !one.checkVisibility() || one.closest(".unseen, script")) continue;
    const backs = [];
    for (let at = one; at; at = at.parentElement) backs.unshift(getComputedStyle(at).backgroundColor);
    const back = mixed(backs);
    const text = mixed([...backs, getComputedStyle(one).color]);
    const [low, high] = [light(back), light(text)].sort((a, b) => a - b);
    if ((high + 0.05) / (low + 0.05) < 4.5) faint.push([one.textContent.slice(0, 40), back, text]);
  }
  return faint;
})()"""


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


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Five sessions, of which the third and the fifth fail."""
    talk = Conversation()
    talk.login()
    for name in ("one", "two", "three"):
        talk.push(f"group/{name}", "1", name)
        talk.now += 30
        if name != "two":
            talk.begin(f"group/bad-{name}")
            talk.push_blob(f"group/bad-{name}", "blob", verified=403)
            talk.now += 30
    telling = Telling()
    calls = [telling.take(one).call for one in talk.said]
    path = tmp_path / "page.html"
    path.write_text(render_page(telling.end(), calls), "utf-8")
    return path


def test_tab_comes_to_every_control_and_shows_where_it_is(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelectorAll('.head.session[aria-expanded=false]').forEach(one => one.click())")
    controls = set(browser.run(CONTROLS))
    stops: list[tuple[int, bool, str]] = []
    for _ in range(len(controls) + 10):
        browser.press("Tab")
        if (stop := browser.run(STOP)) is None:
            break
        stops.append(tuple(stop))

    assert controls - {stop[0] for stop in stops} == set()
    assert [stop for stop in stops if not stop[1]] == []


def test_enter_and_space_open_what_has_the_focus(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('.head.session').focus()")
    state = "document.activeElement.getAttribute('aria-expanded')"

    seen = [browser.run(state)]
    for key in ("Enter", "Enter", " ", " "):
        browser.press(key)
        seen.append(browser.run(state))

    assert seen == ["false", "true", "false", "true", "false"]


def test_n_and_the_button_go_from_failure_to_failure(browser: Chromium, page: Path) -> None:
    browser.open(page)
    where = "document.activeElement.closest('.node.session').querySelector('.name').textContent"
    seen = []
    for _ in range(2):
        browser.press("n")
        seen.append(browser.run(where))
    browser.click(".next")
    seen.append(browser.run(where))

    assert seen == ["push of group/bad-three", "push of group/bad-one", "push of group/bad-three"]
    assert "the bucket refuses HEAD" in browser.run("document.activeElement.textContent")
    assert browser.run("document.querySelector('.next + output').value") == "2 of 2"


def test_a_click_into_the_strip_leads_to_the_failure_there(browser: Chromium, page: Path) -> None:
    browser.open(page)
    assert browser.run("document.querySelectorAll('.strip .bad').length") == 2
    browser.click(".strip .bad:last-child")

    row = "document.activeElement.closest('.node.session').querySelector('.name').textContent"
    assert browser.run(row) == "push of group/bad-three"
    assert browser.complaints == []


def test_it_reads_aloud_as_lists_of_buttons_with_their_state(browser: Chromium, page: Path) -> None:
    browser.open(page)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    seen = [
        (
            node["role"]["value"],
            node.get("name", {}).get("value", ""),
            {one["name"]: one["value"].get("value") for one in node["properties"]},
        )
        for node in nodes
        if not node["ignored"]
    ]
    buttons = {name: more for role, name, more in seen if role == "button"}
    failed = next(name for name in buttons if name.startswith("+") and "verify blob" in name and "✗" in name)

    assert [role for role, _, _ in seen if role in ("banner", "main", "contentinfo")] == [
        "banner",
        "main",
        "contentinfo",
    ]
    assert {role for role, _, _ in seen} >= {"list", "listitem", "heading", "searchbox", "checkbox"}
    assert all(name for role, name, _ in seen if role in ("button", "link", "searchbox", "checkbox", "image"))
    assert buttons[failed]["expanded"] is True
    for words in ("at registry, bucket", "the bucket refuses HEAD", "✗ failed"):
        assert words in failed
    assert "2 failed sessions" in next(name for role, name, _ in seen if role == "image")
    assert browser.run("document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(browser: Chromium, page: Path, scheme: str) -> None:
    browser.look(scheme=scheme)
    browser.open(page)
    browser.run(
        "document.querySelectorAll('.head.session[aria-expanded=false], details > summary').forEach(one => one.click())"
    )

    assert browser.run("document.querySelectorAll('.head').length") > 20
    assert browser.run(FAINT) == []


def test_nothing_moves_for_whom_motion_is_too_much(browser: Chromium, page: Path) -> None:
    moving = "style.transitionDuration !== '0s' || style.animationName !== 'none'"
    count = f"[...document.querySelectorAll('*')].map(getComputedStyle).filter(style => {moving}).length"
    seen = []
    for motion in (True, False):
        browser.look(motion=motion)
        browser.open(page)
        seen.append(browser.run(count) > 0)

    assert seen == [True, False]


def test_on_paper_it_is_black_on_white_and_nothing_is_cut_off(browser: Chromium, page: Path) -> None:
    browser.look(width=718, height=1000, scheme="dark", paper=True)
    browser.open(page)
    colours = "(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))"
    whole = "(box => box.scrollHeight === box.clientHeight)(document.querySelector('.box'))"
    seen = "['.tools', '.head.call.failed'].map(name => document.querySelector(name).checkVisibility())"
    shown = [*browser.run(colours), browser.run(whole), *browser.run(seen)]

    assert shown == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", True, False, True]
    assert browser.run(FAINT) == []
    assert len(browser.call("Page.printToPDF")["data"]) > 10_000
