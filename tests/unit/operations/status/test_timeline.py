"""Timelines of a backend: lanes of deployments in the slots of a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.operations.status.svg import NARROW, draw_svg, lane_name
from syntask_yaml.operations.status.timeline import LaneDrafts, run_timeline
from syntask_yaml.operations.status.window import SCALES, Window

NOW = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
DAY = Window.around(NOW, SCALES["day"])
# The slot that now is in.
HERE = 24


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def run(
    state: StateType, due: float | None, end: float | None = None, name: str = "etl/day", **fields: Any
) -> Run:
    """A run that began when it was due, unless it is scheduled; times are hours from now."""
    scheduled = None if due is None else at(due)
    times = {
        "scheduled": scheduled,
        "started": None if state is StateType.SCHEDULED else scheduled,
        "ended": None if end is None else at(end),
    }
    known: dict[str, Any] = {
        "id": "r",
        "name": "calm-owl",
        "flow": "etl",
        "deployment_id": None,
        "deployment": name,
    }
    return Run(**{**known, **times, "state": State(state), **fields})


def test_a_run_is_in_every_slot_in_which_it_went_on() -> None:
    """One that goes on until now, one that is late in that in which it was due."""
    runs = [
        run(StateType.COMPLETED, -5, -3),
        run(StateType.RUNNING, -1),
        run(StateType.SCHEDULED, -2),
        run(StateType.FAILED, -30, -25),
        run(StateType.COMPLETED, -26, -23.9),
    ]

    (lane,) = run_timeline(runs, {"etl/day": [at(1), at(30)]}, DAY).lanes

    assert {slot - HERE: dict(past) for slot, past in enumerate(lane.past) if past} == {
        -24: {StateType.COMPLETED: 1},
        -5: {StateType.COMPLETED: 1},
        -4: {StateType.COMPLETED: 1},
        -3: {StateType.COMPLETED: 1},
        -2: {StateType.SCHEDULED: 1},
        -1: {StateType.RUNNING: 1},
        0: {StateType.RUNNING: 1},
    }
    assert {slot - HERE: number for slot, number in enumerate(lane.coming) if number} == {1: 1}
    assert (lane.next, lane.runs) == (
        at(1),
        {StateType.COMPLETED: 2, StateType.RUNNING: 1, StateType.SCHEDULED: 1},
    )


def test_a_run_that_was_made_ahead_is_the_time_of_its_schedule() -> None:
    """It is not another one; and one that is tried again is to come, though it began before."""
    made = run(StateType.SCHEDULED, 2)
    again = run(StateType.SCHEDULED, 3, started=at(-1))

    (lane,) = run_timeline([made, again], {"etl/day": [at(2)]}, DAY).lanes

    assert (sum(lane.coming), sum(map(len, lane.past))) == (2, 0)


@pytest.mark.parametrize(("seconds", "is_late"), [(5, False), (60, True)])
def test_a_run_that_has_only_just_become_due_is_not_late(seconds: float, *, is_late: bool) -> None:
    """As in the list of late runs, and in the state of the run."""
    (lane,) = run_timeline([run(StateType.SCHEDULED, -seconds / 3600)], {}, DAY).lanes

    assert lane.runs == ({StateType.SCHEDULED: 1} if is_late else {})
    assert sum(lane.coming) == (not is_late)


def test_lanes_of_which_nothing_is_to_be_said_are_folded() -> None:
    """What failed has a lane of its own, and what comes first."""
    quiet = {f"etl/{number}": [at(number + 1)] for number in range(9)}

    lanes = run_timeline([run(StateType.FAILED, -1, -1, "old/one")], quiet, DAY, most=3).lanes

    assert [(lane.name, lane.count, sum(lane.coming)) for lane in lanes] == [
        ("etl/0", 1, 1),
        ("old/one", 1, 0),
        ("", 8, 8),
    ]
    assert lanes[-1].next == at(2)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "8 others"),
        ({"is_cut": True}, "8 others or more"),
        ({"reach": at(-1)}, "8 others or more"),
        ({"reach": DAY.since}, "8 others"),
    ],
)
def test_others_that_were_not_all_read_are_not_counted_as_all(known: dict[str, Any], said: str) -> None:
    drafts = LaneDrafts(DAY)
    drafts.expect({f"etl/{number}": [at(number + 1)] for number in range(10)})

    names = [lane_name(lane) for lane in drafts.timeline(most=3, **known).lanes]

    assert names == ["etl/0", "etl/1", said]


_states = st.sampled_from(StateType)
_runs = st.builds(
    run, _states, st.floats(-100, 100), st.floats(-100, 100), st.sampled_from(["a/b", "c/d", "e/f"])
)


@settings(max_examples=25)
@given(
    st.lists(_runs, max_size=20), st.lists(st.floats(-50, 50), max_size=20), st.sampled_from(sorted(SCALES))
)
def test_every_run_of_the_window_is_counted_once(runs: list[Run], coming: list[float], scale: str) -> None:
    """However they are folded, and none that is outside."""
    window = Window.around(NOW, SCALES[scale])
    times = {"g/h": [at(hours) for hours in coming]}

    whole, folded = (run_timeline(runs, times, window, most=most).lanes for most in (10, 1))

    assert all(lane.most > 0 for lane in whole)
    assert len(folded) == min(1, len(whole))
    for state in StateType:
        assert sum(lane.runs.get(state, 0) for lane in whole) == sum(
            lane.runs.get(state, 0) for lane in folded
        )
    assert sum(sum(lane.coming) for lane in whole) == sum(sum(lane.coming) for lane in folded)


def test_hours_are_those_of_the_clock() -> None:
    """Also on the day on which it is set forward: an hour is missing, and none is shown twice."""
    window = Window.around(datetime(2026, 3, 29, 3, tzinfo=UTC), SCALES["day"])

    ticks = list(window.ticks(ZoneInfo("Europe/Berlin")))

    assert [label for _, label in ticks] == [
        *("06:00", "12:00", "18:00", "Sun 29", "06:00", "12:00", "18:00", "Mon 30")
    ]
    assert ticks[3][0] + timedelta(hours=5) == ticks[4][0]


@settings(max_examples=25)
@given(st.text(), st.sampled_from(sorted(SCALES)))
def test_a_picture_is_xml_whatever_names_are(name: str, scale: str) -> None:
    """Its text is nothing but text, and each bar says what it is."""
    window = Window.around(NOW, SCALES[scale])
    runs = [run(StateType.FAILED, -0.5, -0.4, name), run(StateType.COMPLETED, -0.5, 0, name + "'\"><script>")]

    picture = ElementTree.fromstring(draw_svg(run_timeline(runs, {name: [at(0.5)]}, window), zone=UTC))

    assert picture.get("role") == "img"
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {
        *("svg", "title", "desc", "rect", "line", "text", "g")
    }
    classes = {element.get("class") for element in picture.iter() if element.tag.endswith("rect")}
    assert classes == {"ground", "failed", "completed", "coming"}


def test_of_a_long_name_both_ends_are_seen() -> None:
    names = [f"load-everything-from-the-warehouse/customer-{number}" for number in range(2)]
    picture = draw_svg(run_timeline([], {name: [at(0.5)] for name in names}, DAY), zone=UTC)

    elements = ElementTree.fromstring(picture).iter()
    shown = [element.text or "" for element in elements if element.get("class") == "name"]
    assert shown == [f"load-everyt…e-warehouse/customer-{number}" for number in range(2)]


def test_a_lane_leads_to_its_deployment_where_links_are_wanted() -> None:
    """Those of flows that scripts call, and of several deployments in one, lead nowhere."""
    coming = {f"etl/{chr(97 + number)}": [at(0.5)] for number in range(20)} | {"script": [at(0.1)]}
    timeline = run_timeline([], coming, DAY)

    plain = draw_svg(timeline, zone=UTC)
    picture = ElementTree.fromstring(draw_svg(timeline, zone=UTC, links=lambda lane: lane.deployment))

    assert "<a " not in plain
    assert 'role="img"' in plain
    links = [each.attrib for each in picture.iter("{http://www.w3.org/2000/svg}a")]
    assert links[0] == {"href": "etl/a"}
    assert len(links) == len(timeline.lanes) - 2
    assert picture.attrib["role"] == "group"


def test_a_picture_without_runs_says_so() -> None:
    """It still has its hours."""
    picture = draw_svg(run_timeline([], {}, DAY), zone=UTC, id="empty")

    assert '<desc id="empty-about">There are no runs.</desc>' in picture
    assert ">06:00</text>" in picture


def test_a_narrow_picture_has_all_in_its_width() -> None:
    """Names above their bars, which may be as wide as the picture, the legend in rows, and labels apart."""
    runs = [run(state, -0.5, -0.4, "etl/a") for state in StateType]
    timeline = run_timeline(runs, {"etl/b": [at(0.5)]}, DAY)
    picture = ElementTree.fromstring(draw_svg(timeline, zone=UTC, layout=NARROW))
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])

    boxes = [
        {key: float(each.get(key, 0)) for key in ("x", "y", "width", "height")}
        for each in picture.iter()
        if each.tag.endswith(("rect", "text"))
    ]
    assert width == 288
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)
    labels = [float(each.attrib["x"]) for each in _of_class(picture, "tick") if each.tag.endswith("text")]
    assert all(after - before >= 44 for before, after in pairwise(labels))
    assert {each.text for each in _of_class(picture, "legend")} >= {"failed", "completed", "coming"}


def _of_class(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in picture.iter() if each.get("class") == name]
