"""Public real recordings, whole and broken: a result or a clear sentence, never a surprise."""

import json
from pathlib import Path

import pytest

from evenstride.app.analyze import analyze
from evenstride.app.contract import to_json
from evenstride.app.views import Analysis, FailedView
from evenstride.model.marks import RunnersWord

BAD = (
    "activity-activity-filecrc.fit",
    "activity-filecrc.fit",
    "activity-settings-corruptheader.fit",
    "activity-settings-nodata.fit",
    "activity-settings.fit",
    "activity-unexpected-eof.fit",
    "activity_truncated.fit",
    "antfs-dump.63.fit",
    "chained_Activity_activity_poolswim.fit",
    "compressed-speed-distance.fit",
    "coros-pace-2-cycling-misaligned-fields.fit",
    "elemnt-bolt-no-application-id-inside-developer-data-id.fit",
    "event_timestamp.fit",
    "made-1k-zero-hole.fit",
    "made-5-bitflips.fit",
    "made-datasize-huge.fit",
    "made-datasize-zero.fit",
    "made-gzip.fit",
    "made-header-only.fit",
    "made-html.fit",
    "made-random.fit",
    "made-trailing-garbage.fit",
    "made-trunc-50pct.fit",
    "made-trunc-lastbyte.fit",
    "mornindew-broken.fit",
    "nick.fit",
    "null_compressed_speed_dist.fit",
    "sample_mulitple_header.fit",
    "strava-android-app-201.10-b1218918.fit",
    "unterminated-strings.fit",
    "valid_only_contain_fileid.fit",
)


def analysed(file: Path) -> tuple[Analysis | FailedView, ...]:
    items = analyze([file], RunnersWord())
    assert items
    assert json.loads(to_json(items))
    for item in items:
        if isinstance(item, Analysis):
            aside = sum(stretch.seconds for stretch in item.run.excluded)
            assert item.run.coordinated_s + item.run.off_s + aside == item.run.moving_s
        else:
            assert any(issue.problem and issue.level == "error" for issue in item.issues)
    return items


def test_no_broken_file_is_forgotten_here(real_data: Path) -> None:
    assert sorted(file.name for file in (real_data / "fit" / "bad").glob("*.fit")) == sorted(BAD)


@pytest.mark.parametrize("name", BAD)
def test_a_broken_file_gives_a_result_or_a_clear_sentence(real_data: Path, name: str) -> None:
    analysed(real_data / "fit" / "bad" / name)


@pytest.mark.parametrize(
    "name", ["made-1k-zero-hole.fit", "made-5-bitflips.fit", "made-trunc-50pct.fit"]
)
def test_a_damaged_run_is_still_a_run_and_its_damage_is_told(real_data: Path, name: str) -> None:
    [item] = analysed(real_data / "fit" / "bad" / name)
    assert isinstance(item, Analysis)
    assert item.run.moving_s > 300
    assert any("byte" in issue.where + issue.problem for issue in item.run.issues)


@pytest.mark.parametrize(
    ("name", "foot"),
    [
        ("fit-parser-js/running-with-developer-data.fit", True),
        ("fit-parser-js/garmin-stamina.fit", False),
        ("fit2gpx-maksvasilev/Fenix3-Run-1321421020.fit", True),
        ("python-fitparse/garmin-fenix-5-run.fit", True),
    ],
)
def test_a_real_run_is_analysed_and_a_wrist_names_no_foot(
    real_data: Path,
    name: str,
    foot: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    [item] = analysed(real_data / "fit" / name)
    assert isinstance(item, Analysis)
    assert item.run.can_name_foot == foot
    assert item.run.channels
    if not foot:
        assert all(episode.toward is None for episode in item.run.episodes)


def test_a_real_walk_is_never_analysed_as_running(real_data: Path) -> None:
    [item] = analysed(real_data / "fit" / "python-fitparse" / "garmin-fenix-5-walk.fit")
    assert isinstance(item, FailedView)
    assert "walking" in item.issues[0].problem


def test_of_a_real_multisport_day_only_the_running_is_analysed(real_data: Path) -> None:
    items = analysed(real_data / "fit" / "python-fitparse" / "activity-large-fenxi2-multisport.fit")
    runs = [item.run for item in items if isinstance(item, Analysis)]
    assert len(runs) == len(items) == 2
    assert [run.duration_s for run in runs] == [2296.0, 6765.0]
    told = " ".join(issue.problem for issue in runs[0].issues)
    assert "cycling" in told
    assert "transition" in told
