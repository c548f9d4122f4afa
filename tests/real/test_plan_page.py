"""The page of a plan as a reviewer sees it in a pull request: its Markdown, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from markdown_it import MarkdownIt

from syntask_yaml.cli.views import plan_markdown
from syntask_yaml.cli.views.markdown import COMMENT
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.diff import diff
from tests.support.browser import CHROMIUM, Tab, open_tab, started_browser

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEVEN = Schedule(timing=Cron("0 7 * * 1-5", "Europe/Berlin"), slug="daily")
HOSTILE = (
    "a|b`c``d",
    "</code></td></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link](https://example.com) ![picture](https://example.com/x.png)",
    '"><a href="javascript:alert(1)">here</a>',
    "w" * 400,
)
# What a site that shows comments says of tables and code, as far as it moves something.
STYLE = """\
body { margin: 16px; font: 14px sans-serif; }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-collapse: collapse; }
td, th { border: 1px solid; padding: 6px 13px; }
code { white-space: break-spaces; overflow-wrap: anywhere; }
"""


@pytest.fixture(name="tab", scope="module")
def _tab() -> Iterator[Tab]:
    # Tags are let through, which a site of comments would not do.
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(_page())
    with started_browser() as browser, open_tab(browser, viewport={"width": 900, "height": 1200}) as tab:
        tab.page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}")
        yield tab


def _page() -> str:
    """The page of a plan with each kind of change, in which all that a user writes is hostile."""
    before = [Deployment(flow="etl", name=f"{number}", schedules=(SEVEN,)) for number in range(len(HOSTILE))]
    after = [
        replace(each, schedules=(replace(SEVEN, timing=Cron("0 8 * * *")),), tags=(text,), description=text)
        for each, text in zip(before, HOSTILE, strict=True)
    ]
    after += [Deployment(flow="etl", name=f"new {text}", entrypoint=f"{text}.py:etl") for text in HOSTILE]
    after += [Deployment(flow="etl", name="new", renamed_from="etl/old", parameters={"text": HOSTILE[0]})]
    gone = [Deployment(flow="etl", name=f"gone {text}", project="shop") for text in HOSTILE]
    stored = [*before, *gone, Deployment(flow="etl", name="old")]
    changes = diff(after, [Stored(str(number), each) for number, each in enumerate(stored)], prune={"shop"})
    problems = [Diagnostic("usage", f"`{text}` is {text}.", text) for text in HOSTILE]
    plan = Plan(HOSTILE[1], "http://127.0.0.1:4200/api", tuple(changes))
    return plan_markdown.page(plan, (), problems, now=NOW, limit=COMMENT)


def test_every_change_is_a_row_of_a_table(tab: Tab) -> None:
    tables = [each for each in tab.page.locator("table").all() if "Field" in each.inner_text()]
    rows = [row for table in tables for row in table.locator("tbody tr").all()]
    cells = [row.locator("td").all_inner_texts() for row in rows]
    times = ["At 07:00, Monday to Friday (Europe/Berlin)", "At 08:00, every day (UTC)"]

    assert {len(each) for each in cells} == {5}
    heads = [each[0] for each in cells if each[0]]
    assert sorted(heads) == sorted([*"~" * len(HOSTILE), *"+" * len(HOSTILE), *"-" * len(HOSTILE), ">"])
    assert any(each[3:] == times for each in cells)
    assert all(any(text[:100] in "".join(each) for each in cells) for text in HOSTILE)


def test_nothing_that_a_user_writes_does_anything(tab: Tab) -> None:
    made = tab.page.locator("script, img, iframe, form, style:not(meta + style), [onerror], [onclick]")
    links = tab.page.locator("a").evaluate_all("(links) => links.map((each) => each.getAttribute('href'))")

    assert made.count() == 0
    assert all(each.startswith("http://127.0.0.1:4200/deployments/deployment/") for each in links)
    assert (tab.hosts, tab.complaints) == (set(), [])


@pytest.mark.parametrize("width", [400, 900])
def test_nothing_spills(tab: Tab, width: int, tmp_path: Path) -> None:
    """Neither over the page nor over a cell, and the picture shows the whole width of it."""
    tab.page.set_viewport_size({"width": width, "height": 1200})
    spilling = """() => [...document.querySelectorAll("body > *, td")].filter((each) =>
        each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== "auto"
    ).map((each) => each.outerHTML.slice(0, 200))"""

    assert tab.page.evaluate(spilling) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") == width
    picture = tab.page.screenshot(path=tmp_path / "plan.png", full_page=True)
    assert int.from_bytes(picture[16:20]) == width
