"""The page in a real browser: phone, desktop, dark and paper."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from evenstride.app.views import Analysis
from evenstride.report import words
from evenstride.report.write import write_report

CHROMIUM = Path("/usr/bin/chromium")
PHONE, DESK = (320, 640), (1100, 800)
CONTRASTS = """() => {
  const bright = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|transparent/.test(c)) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const worst = [];
  for (const e of document.querySelectorAll('p, li, h1, h2, h3, td, th, dd, dt, span, svg text')) {
    const style = getComputedStyle(e);
    const ink = e instanceof SVGElement ? style.fill : style.color;
    const pair = [bright(ink), bright(ground(e))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) worst.push([e.textContent.trim().slice(0, 40), ink, ratio]);
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a real browser, or skip where none is installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser on this machine ({CHROMIUM})")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--disable-gpu"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """An opened page, what it complained about and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return a function that writes a run's page and opens it."""
    contexts = []

    def opened(
        analysis: Analysis,
        size: tuple[int, int] = DESK,
        scheme: Literal["light", "dark"] = "light",
    ) -> Visit:
        html = write_report([analysis], tmp_path, "km")[0]
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(html.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_pages_open_without_complaint_request_or_sideways_scrolling(
    visit: Open, made: Callable[[str], Analysis], size: tuple[int, int]
) -> None:
    for name in ("early_matching", "four_hours"):
        seen = visit(made(name), size)
        wide, room = seen.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room
        assert seen.complaints == []
        assert seen.requests == [seen.page.url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(
    visit: Open, made: Callable[[str], Analysis], scheme: Literal["light", "dark"]
) -> None:
    assert visit(made("ambiguous"), DESK, scheme).page.evaluate(CONTRASTS) == []


def test_the_dark_scheme_reaches_the_picture(visit: Open, made: Callable[[str], Analysis]) -> None:
    fill = "getComputedStyle(document.querySelector('svg text')).fill"
    light = visit(made("early_matching"), DESK, "light").page.evaluate(fill)
    dark = visit(made("early_matching"), DESK, "dark").page.evaluate(fill)
    assert light != dark


def test_hostile_names_are_shown_and_do_nothing(visit: Open, hostile: Analysis) -> None:
    seen = visit(hostile)
    assert seen.page.title().startswith("Run of <img src=x")
    assert seen.complaints == []
    assert seen.requests == [seen.page.url]
    assert seen.page.evaluate("document.querySelectorAll('script, img').length") == 0
    assert "<script>" in seen.page.inner_text("main")


def test_a_script_put_into_the_page_would_not_run(
    visit: Open, made: Callable[[str], Analysis]
) -> None:
    seen = visit(made("no_channel"))
    seen.page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"';"
        "document.body.append(s)"
    )
    assert seen.page.title() != "owned"
    assert any("Content Security Policy" in complaint for complaint in seen.complaints)


def test_the_picture_lies_inside_its_window_and_shows_every_lane(
    visit: Open, made: Callable[[str], Analysis]
) -> None:
    seen = visit(made("measured_only"))
    inside = """() => {
      const frame = document.querySelector('svg').getBoundingClientRect();
      return [...document.querySelectorAll('svg text')].filter(t => {
        const b = t.getBoundingClientRect();
        return b.left >= frame.left && b.right <= frame.right && b.top >= frame.top
          && b.bottom <= frame.bottom;
      }).map(t => t.textContent);
    }"""
    shown = seen.page.evaluate(inside)
    for label in ("Pace", "Slope", "Felt", "Measured", "Not judged", "Time", "Distance, km"):
        assert label in shown
    assert not any(words.NO_DIAGNOSIS in text for text in shown)


def test_the_strip_can_be_reached_by_keyboard_and_has_a_name(
    visit: Open, made: Callable[[str], Analysis]
) -> None:
    seen = visit(made("early_matching"), PHONE)
    seen.page.keyboard.press("Tab")
    named = seen.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert named == "The run as a strip over time"
    picture = seen.page.get_by_role("img", name=words.headline(made("early_matching").run))
    assert picture.count() == 1


@pytest.mark.parametrize("name", ["early_matching", "run_walk", "four_hours"])
def test_it_prints_on_at_most_two_sheets(
    visit: Open, made: Callable[[str], Analysis], name: str
) -> None:
    printed = visit(made(name)).page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
