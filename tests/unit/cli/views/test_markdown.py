"""Markdown and HTML of plans whose names and values are hostile, and plans that are too long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syntask_yaml.cli.views import plan_html, plan_markdown
from syntask_yaml.cli.views.markdown import COMMENT, SUMMARY, TextLimit, code, prose
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.plan.changes import Change, Plan
from syntask_yaml.plan.diff import diff

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOSTILE = (
    "a|b`c``d",
    "</code><script>alert(1)</script>",
    "x\n\n# heading\n| - |",
    "[link](https://example.com) ![](x) @somebody #12 www.example.com",
    "`",
    "\\|",
    "\x1b[2J\u202eabc",
    "-->",
)


def plan_of(names: Sequence[str], value: str) -> Plan:
    """A plan that changes a parameter and a tag of deployments that have these names."""
    before = [Deployment(flow=f"f{name}", name=name, parameters={"p": 1}) for name in names]
    after = [
        Deployment(flow=f"f{name}", name=name, parameters={"p": value, f"k{value}": True}, tags=(value,))
        for name in names
    ]
    stored = [Stored(str(number), each) for number, each in enumerate(before)]
    return Plan(value, value, tuple(diff(after, stored)))


def cells(line: str) -> list[str]:
    """What GitHub makes the cells of a line: split at pipes that no backslash escapes."""
    return line.strip().removeprefix("|").removesuffix("|").split("|")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text_in_markdown(text: str) -> None:
    """Every row has five cells, and nothing of a text is a tag, a link, a mention or a new line."""
    problem = Diagnostic("usage", f"`{text}` is {text}.", text)

    page = plan_markdown.page(plan_of([text], text), (), [problem], now=NOW, limit=COMMENT)

    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {len(cells(line)) for line in rows} == {4, 5}
    assert all(line.startswith(("| ", "|", "### ", "0 to create", "")) for line in page.splitlines())
    outside = _outside_code(page)
    assert not set("[]@#*\x1b\u202e") & set(outside.replace("###", ""))
    assert "<script" not in outside


def _outside_code(page: str) -> str:
    """*page* without spans of code and entities."""
    return re.sub(r"<code>.*?</code>|`[^`]*`|&#\d+;|<!-- -->|\*\*", "", page)


@given(st.text(max_size=30))
@example("\\")
@example(" ")
def test_a_span_of_code_ends_where_it_should(text: str) -> None:
    """Whatever stands in it, it is one line, has no pipe, and is one span."""
    for shown in (code(text), prose(f"`{text}` and {text}")):
        assert "|" not in shown
        assert len(shown.splitlines()) <= 1
    if code(text).startswith("`"):
        assert code(text).count("`") == 2


@pytest.mark.parametrize("limit", [COMMENT, SUMMARY], ids=["comment", "summary"])
def test_a_plan_that_is_too_long_is_cut_between_rows(limit: TextLimit) -> None:
    """What is left is no longer than GitHub takes, and its end says that it was cut."""
    names = [f"n{number}" for number in range(limit.most // 400)]
    plan = plan_of(names, "ü" * 200)
    plan = replace(plan, project="shop", changes=tuple(_unlike(plan)))

    page = plan_markdown.page(plan, (), (), now=NOW, limit=limit)

    *rows, empty, remark = page.splitlines()
    assert 0.9 * limit.most < limit.measure(page) <= limit.most
    assert "syntask plan" in remark
    assert not empty
    assert len(cells(rows[-1])) == 5


def _unlike(plan: Plan) -> Iterator[Change]:
    """The changes, which are not folded."""
    for number, change in enumerate(plan.changes):
        yield replace(change, reason=f"reason {number}")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.seen.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


OWN_TAGS = set("html meta style title h1 p b code table tr th td span details summary h2".split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text_in_html(text: str) -> None:
    """A parser sees the tags of the page alone."""
    tags = _Tags()

    tags.feed(plan_html.page(plan_of([text], text), (), [Diagnostic("usage", text, text)], now=NOW))

    assert tags.seen <= OWN_TAGS
    assert "\x1b" not in "".join(tags.texts)


@pytest.mark.parametrize(
    ("api", "pages"),
    [
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200"),
        (
            "https://api.prefect.cloud/api/accounts/a/workspaces/w",
            "https://app.prefect.cloud/account/a/workspace/w",
        ),
        ("embedded:/home/x/syntask.db", ""),
    ],
)
def test_a_deployment_of_a_server_leads_to_its_page(api: str, pages: str) -> None:
    """In Markdown and HTML; elsewhere there is none."""
    plan = replace(plan_of(["a"], "x"), backend=api)
    page = f"{pages}/deployments/deployment/0"

    markdown = plan_markdown.page(plan, (), (), now=NOW, limit=COMMENT)

    assert (f"[`fa/a`](<{page}>)" in markdown) is bool(pages)
    assert (f'<a href="{page}"' in plan_html.page(plan, (), (), now=NOW)) is bool(pages)
