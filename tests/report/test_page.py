"""The page: complete, self-contained, harmless."""

import base64
import csv
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from importlib.resources import files

from evenstride.app.views import Analysis, BaselineView, EpisodeView
from evenstride.report import words
from evenstride.report.emergency import UNCHECKED, emergency_signs
from evenstride.report.inline import inline
from evenstride.report.page import identity, page
from evenstride.report.picture import draw_run

Made = Callable[[str], Analysis]


def body(html: str) -> str:
    """Return the page's words without markup and style."""
    bare = re.sub(r"<(style|svg).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def test_every_page_carries_all_it_must(each_run: Analysis) -> None:
    said = body(page(each_run, "km"))
    for sentence in (
        words.headline(each_run.run),
        words.UNTESTED,
        words.NO_DIAGNOSIS,
        UNCHECKED,
        "How to read the picture",
        "Where it comes from",
        "What this recording can show",
        *words.limits(each_run.run),
    ):
        assert " ".join(sentence.split()) in said


def test_emergency_signs_stand_before_the_picture_with_their_sources(made: Made) -> None:
    html = page(made("early_matching"), "km")
    said = body(html)
    for sign in emergency_signs():
        assert f"{sign.sign[1:]} {sign.source if sign.checked else '*'}" in said
    assert {sign.action.capitalize() in said for sign in emergency_signs()} == {True}
    assert html.index("Get help now") < html.index("<svg")


def test_the_signs_are_as_the_table_has_them() -> None:
    text = files("evenstride.report").joinpath("emergency_signs.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(emergency_signs()) == 8
    assert {row["tier"] for row in rows} == {"emergency"}
    assert sum(not sign.checked for sign in emergency_signs()) == 4


def test_only_its_own_style_sheet_is_allowed(made: Made) -> None:
    html = page(made("early_matching"), "km")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    sheet = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy is not None
    assert sheet is not None
    digest = base64.b64encode(hashlib.sha256(sheet[1].encode()).digest()).decode()
    assert unescape(policy[1]).startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy[1]


def test_nothing_on_the_page_runs_or_is_fetched(each_run: Analysis) -> None:
    html = page(each_run, "km")
    assert not re.search(r"<script|<link|<img|<iframe|javascript:|@import|\sstyle=", html)
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert not re.search(r"url\((?!#)", html)


def test_hostile_names_arrive_as_text(hostile: Analysis) -> None:
    html = page(hostile, "km")
    assert "<script>" not in html
    assert "<img" not in html
    assert '<script>document.title="owned"</script>' in body(html)


def test_a_picture_drawn_before_is_used(made: Made) -> None:
    analysis = made("ten_minutes")
    assert page(analysis, "km", draw_run(analysis, "km").svg) == page(analysis, "km")


def test_the_second_reading_is_told_in_words(made: Made) -> None:
    assert "It can be read another way: Off from the start, cleared at 22:00." in body(
        page(made("ambiguous"), "km")
    )


def test_issues_come_with_their_remedies(made: Made) -> None:
    assert "Wear a running-dynamics strap" in body(page(made("wrist_only"), "km"))


def test_a_quiet_run_without_marks_says_both(made: Made) -> None:
    said = body(page(made("nothing_found"), "km"))
    assert "No mark said what was felt, and no change was measured." in said
    assert "This does not prove that nothing happened" in said
    assert "Two stretches differ by noise alone up to 1 min each 5 min each" in said


def test_no_page_promises_what_would_have_been_seen_or_names_an_option(each_run: Analysis) -> None:
    said = body(page(each_run, "km"))
    assert "would have shown" not in said
    assert "--" not in said


def test_where_nothing_was_judged_the_page_says_only_that(made: Made) -> None:
    said = body(page(made("too_short"), "km"))
    assert words.TOO_LITTLE in said
    assert "differ by noise alone: too little running to know" in said
    assert "No change beyond" not in said
    assert "does not prove" not in said


def test_what_clearly_moved_stands_before_what_did_not(made: Made) -> None:
    run = made("early_matching").run
    [seen] = run.episodes
    vague = replace(seen.channels[0], name="contact_time", unit="ms", shift=-0.001, lo=-2.0, hi=2.0)
    shown = replace(seen, channels=(vague, *seen.channels))
    said = body(page(with_episodes(made("early_matching"), shown), "km"))
    clear, rest = said.index("Clearly moved"), said.index("Did not clearly move")
    assert clear < said.index("Ground contact, left foot's share 1.40 pp") < rest
    assert "Ground contact time 0.00 ms −2.00 to 2.00 ms" in said[rest:]


def test_only_several_changes_are_told_apart_by_number_and_time(made: Made) -> None:
    assert "Clearly moved Ground contact" in body(page(made("early_matching"), "km"))
    assert "2. Gone 2:03:10–2:15:05 Ground contact" in body(page(made("four_hours"), "km"))


def with_episodes(analysis: Analysis, *episodes: EpisodeView) -> Analysis:
    return replace(analysis, run=replace(analysis.run, episodes=episodes))


def test_a_file_with_two_devices_gives_its_digest_once(made: Made) -> None:
    calm = made("nothing_found")
    [source] = calm.run.sources
    pair = (source, replace(source, device="Stryd"))
    html = page(replace(calm, run=replace(calm.run, sources=pair)), "km")
    assert html.count(f"SHA-256 {source.sha256}") == 1
    assert "Forerunner 965 with HRM-Pro, Stryd" in html


def test_a_personal_baseline_is_named(made: Made) -> None:
    calm = made("nothing_found")
    known = replace(calm, run=replace(calm.run, baseline=BaselineView("personal", 12, 40_000.0)))
    assert "12 earlier runs on the same device" in body(page(known, "km"))


def test_recordings_and_start_make_the_identity(made: Made) -> None:
    one = made("early_matching")
    later = replace(one, run=replace(one.run, start="2025-06-06T07:12:00+02:00"))
    assert identity(one) == identity(made("nothing_found"))
    assert identity(one) != identity(later)


def test_the_inline_picture_has_no_styles_and_no_fixed_colours(made: Made) -> None:
    picture = inline(draw_run(made("early_matching"), "km").svg, (0.0, 60.0, 540.0, 300.0))
    assert "style" not in picture.markup.replace("linestyle", "")
    assert not re.search(r"#[0-9a-f]{6}", picture.rules)
    assert 'viewBox="0 60 540 300"' in picture.markup
