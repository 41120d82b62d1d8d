"""The annotation page in a real Chromium, against the real server."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from annotation_projects import HOSTILE, TEXTS, RunningServer, add_readers, make_store
from playwright.sync_api import Browser, Page, expect

from deepspine.cli import main
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.store import Store

DESK, TABLET = {"width": 1280, "height": 800}, {"width": 1024, "height": 768}
CANAL, BULGE = "L4-L5|canal_stenosis|", "L4-L5|bulge|"
DIFFERING = (3, 7)
"""Reports on which the two readers of the long test differ."""
KILLED_AT = 5

CONTRASTS = """() => {
  const light = c => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const rgba = text => { const v = text.match(/[0-9.]+/g).map(Number); return v.length === 3 ? [...v, 1] : v; };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  };
  return [...document.querySelectorAll("body *")].filter(e => e.offsetParent !== null
      && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
    const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(ground(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.className + " " + e.textContent.trim().slice(0, 20)];
  });
}"""
"""Contrast of every visible text with its ground, by the formula of WCAG 2."""

pytestmark = pytest.mark.services


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    project = make_store(str(tmp_path / "project.db"))
    yield project
    project.database.close()


@pytest.fixture
def tokens(store: Store) -> dict[str, str]:
    return add_readers(store, anna=Role.ASSISTED, bert=Role.BLIND, cleo=Role.BLIND, judge=Role.ADJUDICATOR)


@pytest.fixture
def server(store: Store, tokens: dict[str, str], tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(str(tmp_path / "project.db"), tmp_path / "server.log")
    running.start()
    yield running
    running.stop()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(browser: Browser, server: RunningServer, tokens: dict[str, str]) -> Iterator[SignIn]:
    """Sign a reader in, each in a browser of their own; no page may fail or load anything from elsewhere."""
    contexts = []
    mistakes: list[str] = []

    def open_page(name: str, size: dict[str, int] = DESK, *, touch: bool = False) -> Page:
        context = browser.new_context(viewport=size, has_touch=touch)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("dialog", lambda dialog: (mistakes.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: request.url.startswith(server.url) or mistakes.append(request.url))
        page.goto(server.url)
        page.get_by_label("Your access token").fill(tokens[name])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server.url}/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not mistakes


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def cell(page: Page, name: str) -> str:
    return page.locator(f'.cell[data-cell="{name}"]').get_attribute("data-grades") or ""


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("saved", timeout=15_000)


def start_reading(page: Page) -> None:
    page.get_by_role("link", name="Go on reading").click()
    expect(page.locator(f'.cell[data-cell="{CANAL}"]')).to_have_attribute("aria-selected", "true")


@pytest.mark.timeout(240)
def test_two_readers_read_ten_reports_by_keyboard_through_a_killed_server(
    sign_in: SignIn, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {name: sign_in(name) for name in ("bert", "cleo")}
    for page in pages.values():
        start_reading(page)
    for number in range(1, len(TEXTS) + 1):
        for page in pages.values():
            page.wait_for_url(f"{server.url}/report/{number}")
            expect(page.locator("#chosen")).to_have_text("canal stenosis L4-L5")
        for name, page in pages.items():
            if number == KILLED_AT and name == "bert":
                server.kill()
            press(page, "4" if number in DIFFERING and name == "cleo" else "2", "Shift+Digit3")
            press(page, *["ArrowDown"] * 5, "p", "ArrowRight", "1", "u")
            if number == KILLED_AT and name == "bert":
                expect(page.locator("#saved")).to_contain_text("not saved yet")
                server.start()
            expect_saved(page)
            press(page, "Enter")
    for page in pages.values():
        page.wait_for_url(f"{server.url}/")
        expect(page.get_by_text("All are read")).to_be_visible()
    project = str(tmp_path / "project.db")
    for name in pages:
        out = str(tmp_path / f"{name}.csv")
        assert main(["annotate", "export", project, "--reader", name, "--out", out]) == 0
    with (tmp_path / "bert.csv").open(encoding="utf-8") as file:
        bert = [tuple(row.values()) for row in csv.DictReader(file)]
    said = ("L4-L5", "bulge", "", "mild|moderate|severe"), ("L4-L5", "canal_stenosis", "", "mild|moderate")
    assert bert == [(report_id, *label) for report_id in sorted(TEXTS) for label in said]

    judge = sign_in("judge")
    judge.get_by_role("link", name="Settle the next").click()
    for number in DIFFERING:
        judge.wait_for_url(f"{server.url}/report/{number}")
        expect(judge.locator("#chosen")).to_have_text("canal stenosis L4-L5")
        expect(judge.locator("#grades .readings button")).to_have_count(2)
        press(judge, "a", "u")
        expect_saved(judge)
        expect(judge.locator(".cell.differs:not(.decided)")).to_have_text("≠")
        press(judge, "a")
        expect_saved(judge)
        press(judge, "Enter")
    judge.wait_for_url(f"{server.url}/")
    consensus, readers = str(tmp_path / "consensus.csv"), [str(tmp_path / f"{name}.csv") for name in pages]
    assert main(["annotate", "export", project, "--out", consensus]) == 0
    assert "?" not in (tmp_path / "consensus.csv").read_text(encoding="utf-8")
    capsys.readouterr()
    study = ["validate", consensus, "--readers", *readers, "--out", str(tmp_path / "study"), "--json"]
    assert main([*study, "--resamples", "100"]) == 0
    figures = json.loads(capsys.readouterr().out)["readers"]
    exact = next(one for one in figures if (one["finding"], one["measure"]) == ("canal_stenosis", "exact"))
    assert float(exact["without"]) == pytest.approx(1 - len(DIFFERING) / len(TEXTS))


def test_changes_made_while_the_server_is_down_outlive_the_page(sign_in: SignIn, server: RunningServer) -> None:
    page = sign_in("bert")
    start_reading(page)
    server.kill()
    press(page, "4")
    expect(page.locator("#saved")).to_contain_text("not saved yet")
    assert page.locator(".cell.waiting").count() == 1
    context = page.context
    page.close(run_before_unload=False)
    server.start()
    again = context.new_page()
    again.goto(f"{server.url}/report/1")
    graded = again.locator(f'.cell[data-cell="{CANAL}"]')
    expect(graded).to_have_attribute("data-grades", "severe", timeout=15_000)  # before it, "saved" is that of the page
    expect(again.locator(".cell.waiting")).to_have_count(0, timeout=15_000)
    expect_saved(again)
    again.reload()
    expect(graded).to_have_attribute("data-grades", "severe")


def test_hovering_over_a_cell_lights_its_words(sign_in: SignIn) -> None:
    page = sign_in("anna")
    start_reading(page)
    assert page.locator(".piece.lit").all_inner_texts() == ["Moderate canal stenosis"]
    page.locator(f'.cell[data-cell="{BULGE}"]').hover()
    assert page.locator(".piece.lit").all_inner_texts() == ["Mild disc bulge"]
    page.get_by_text("Left foraminal narrowing").hover()
    expect(page.locator(".cell.from")).to_have_attribute("data-cell", "L5-S1|foraminal_stenosis|left")


def test_undo_brings_back_what_the_labeler_said(sign_in: SignIn) -> None:
    page = sign_in("anna")
    start_reading(page)
    press(page, "Delete", "ArrowDown", "2")
    expect_saved(page)
    press(page, "u", "Control+z")
    expect_saved(page)
    expect(page.locator(f'.cell[data-cell="{CANAL}"]')).to_have_text("moderate")
    page.reload()
    assert cell(page, CANAL) == "moderate"
    assert cell(page, "L4-L5|foraminal_stenosis|left") == ""


def test_a_hostile_report_is_text_in_a_real_browser(sign_in: SignIn, server: RunningServer) -> None:
    page = sign_in("anna")
    page.goto(f"{server.url}/report/2")
    expect(page.locator("#chosen")).to_have_text("canal stenosis L4-L5")
    assert page.locator("#text pre").inner_text() == HOSTILE
    assert "owned" not in page.title()
    assert page.locator("#text img, #text script").count() == 0


@pytest.mark.parametrize(("size", "touch"), [(DESK, False), (TABLET, True)])
def test_a_reader_can_do_all_by_hand_without_scrolling(sign_in: SignIn, size: dict[str, int], touch: bool) -> None:
    page = sign_in("bert", size, touch=touch)
    start_reading(page)
    last = page.locator('.cell[data-cell="L5-S1|thecal_sac|"]')
    act = "tap" if touch else "click"
    getattr(last, act)()
    for grade in ("contact 2", "indentation 3"):
        getattr(page.locator("#grades").get_by_role("button", name=grade), act)()
    expect_saved(page)
    assert cell(page, "L5-S1|thecal_sac|") == "contact|indentation"
    for button in ("Undo U", "Read, go on Enter"):
        expect(page.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    boxes = [one.bounding_box() for one in page.locator("button:visible").all()]
    assert all(box and min(box["width"], box["height"]) >= 24 for box in boxes)


@pytest.mark.parametrize("name", ["anna", "judge"])
def test_every_text_has_the_contrast_that_wcag_aa_asks_for(sign_in: SignIn, server: RunningServer, name: str) -> None:
    page = sign_in(name)
    paths = ["/", "/report/1", "/report/4"] + (["/agreement"] if name == "judge" else [])
    for path in paths:
        page.goto(server.url + path)
        found = page.evaluate(CONTRASTS)
        assert len(found) > 5
        assert not [one for one in found if one[0] < 4.5]


def test_agreement_comes_to_the_adjudicators_page_by_itself(sign_in: SignIn, server: RunningServer) -> None:
    judge = sign_in("judge")
    judge.goto(f"{server.url}/agreement")
    expect(judge.get_by_text("0 readers; 0 reports")).to_be_visible()
    for name in ("bert", "cleo"):
        page = sign_in(name)
        start_reading(page)
        press(page, "2", "Enter")
        page.wait_for_url(f"{server.url}/report/2")
    expect(judge.get_by_text("2 readers; 1 reports")).to_be_visible(timeout=8_000)


def test_the_servers_log_holds_no_report(sign_in: SignIn, server: RunningServer) -> None:
    page = sign_in("anna")
    start_reading(page)
    press(page, "4")
    expect_saved(page)
    page.goto(f"{server.url}/report/999")
    log = server.log.read_text(encoding="utf-8")
    assert "stenosis" not in log
    assert "r01" not in log
    assert "report/" not in log
