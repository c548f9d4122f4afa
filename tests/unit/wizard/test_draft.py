"""Random answers, written into a file, are what the file then says; in an empty one and in real ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.document.reader import read
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.block import Block
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Json
from syntask_yaml.source import Source
from syntask_yaml.wizard.interview import BACK, Back, InterviewResult, add_deployment, run_interview
from syntask_yaml.wizard.questions import Answer, Confirm, Password, Question, Select
from tests.unit.wizard.conftest import Workshop

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30).map(str.strip)
TRICKY = st.sampled_from(
    [
        "yes",
        "null",
        "1.0",
        "0o7",
        "- a",
        "a: b",
        "# no",
        "*a",
        "&a",
        "@a",
        "%a",
        "2026-01-01",
        "'",
        '"',
        "~",
        "{{ $X }}",
    ]
)
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "flow": st.just("flows.py:load"),
    "interval": st.sampled_from(["15 minutes", "1 day", "90", "PT1H", "{{ $I }}"]),
    "cron": st.sampled_from(["0 6 * * *", "30 2 * * 1-5", "*/15 * * * *", "@daily", "{{ $C }}"]),
    "rrule": st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH"]),
    "timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]),
    "parameter limit": st.integers().map(str),
    "environment": st.one_of(st.just(""), st.builds("A{}={}".format, st.integers(0, 3), WORDS | TRICKY)),
    "limit": st.one_of(st.sampled_from(["", "{{ $N }}"]), st.integers(1, 99).map(str)),
    "token block": st.sampled_from(["git", "another"]),
    "store block": st.sampled_from(["", "mine"]),
    "branch": st.sampled_from(["main", "feature/ü"]),
}
SLUGS = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)
MAX_QUESTIONS = 120

Draw = Callable[[st.SearchStrategy[Any]], Any]


class Improviser:
    """Answers anything that may be answered; goes back now and then; ends at last."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._left = MAX_QUESTIONS

    def ask(self, question: Question[Any]) -> Answer | Back:
        self._left -= 1
        default: Answer | None = question.default
        if self._left < 0 and default is not None:
            return default
        if self._left > 0 and self._draw(st.integers(0, 19)) == 19:
            return BACK
        answer: Answer = self._draw(self._answers(question))
        return answer

    def _answers(self, question: Question[Any]) -> st.SearchStrategy[Any]:
        if isinstance(question, Confirm):
            return st.booleans()
        if isinstance(question, Password):
            return WORDS.map(Secret)
        if isinstance(question, Select):
            return st.sampled_from([choice.value for choice in question.choices])
        own = TEXTS.get(question.key, WORDS | TRICKY | SLUGS)
        return own.filter(lambda text: not question.problem(text))


def _furnished(workshop: Workshop) -> None:
    properties: Json = {"image": {"type": "string"}, "env": {"type": "object"}}
    template: dict[str, Json] = {"variables": {"type": "object", "properties": properties}}
    workshop.backend.create_pool(WorkPool(name="boxes", type="docker", base_job_template=template))
    workshop.backend.create_block(Block("secret", "git", {"value": Secret("x")}))
    workshop.write("Dockerfile", "FROM python\n")


def _entries(text: str) -> list[Any]:
    document = read(Source("syntask.yaml", text))
    assert document.is_readable
    entries: list[Any] = document.root.value["deployments"]
    return entries


def _check(drafted: InterviewResult, before: str | None) -> None:
    """The file says the draft, and everything else that it said."""
    assert drafted.composed.problems == ()
    entries = _entries(drafted.composed.text)
    declared = drafted.draft.declared
    index = len(entries) - 1 if declared is None else int(declared.node.path[1])
    assert entries[index] == drafted.draft.entry()
    if before is not None:
        old = read(Source("syntask.yaml", before)).root.value or {}
        others = [*(old.get("deployments") or [])]
        assert [*entries[:index], *entries[index + 1 :]] == [
            each for place, each in enumerate(others) if declared is None or place != index
        ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_answers_come_back_from_a_new_file(workshop: Workshop, data: st.DataObject) -> None:
    """What was answered is what the file says, whatever was answered."""
    if not (workshop.directory / "Dockerfile").exists():
        _furnished(workshop)
    context = workshop.context()

    drafted = run_interview(lambda: add_deployment(context, is_deployed=True), Improviser(data.draw))

    _check(drafted, None)


RICH = """\
# What we deploy.
definitions:
  pool: &pool   # the one pool
    name: default
  six: &six {cron: "0 6 * * *", timezone: Europe/Berlin}

deployments:
  - name: 'first'        # with quotes
    entrypoint: flows.py:load
    parameters: {source: a}
    work_pool: *pool
    schedules:
      - *six

  - <<: &more
      work_pool: *pool
    name: default
    entrypoint: "flows.py:report"   # merged
"""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), newline=st.sampled_from(["\n", "\r\n"]))
def test_answers_come_back_from_a_rich_file(workshop: Workshop, data: st.DataObject, newline: str) -> None:
    """Comments, anchors, quotes and line ends outside the entry stay as they are."""
    if not (workshop.directory / "Dockerfile").exists():
        _furnished(workshop)
    before = RICH.replace("\n", newline)
    workshop.write("syntask.yaml", before)
    context = workshop.context()

    drafted = run_interview(lambda: add_deployment(context, is_deployed=True), Improviser(data.draw))

    _check(drafted, before)
    if drafted.draft.declared is None:
        assert drafted.composed.text.startswith(before)
    assert newline == "\n" or "\n" not in drafted.composed.text.replace("\r\n", "")


def test_answers_come_back_from_a_real_file(workshop: Workshop, corpus_file: Path) -> None:
    """Every file that people wrote takes an entry, or says why not; no byte of it changes otherwise."""
    before = corpus_file.read_bytes()
    path = workshop.directory / corpus_file.name
    path.write_bytes(before)
    _furnished(workshop)
    try:
        context = workshop.context(file=path.name)
    except ProjectInvalid:
        return  # it is refused before anything is asked, with its places
    random_answers = random.Random(corpus_file.name)

    drafted = run_interview(lambda: add_deployment(context, is_deployed=True), _Chance(random_answers))

    if drafted.composed.problems:
        assert drafted.composed.text == context.project.homes[0].text
        return
    _check(drafted, context.project.homes[0].text)
    if drafted.draft.declared is None:
        # The one line is `deployments: []`, or a last line without an end.
        assert _lost(context.project.homes[0].text or "", drafted.composed.text) <= 1


def _lost(before: str, after: str) -> int:
    """How many lines of *before* are not in *after*, in the same order."""
    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return len(old) - sum(block.size for block in matcher.get_matching_blocks())


class _Chance:
    """Answers by chance, the same each time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._asked: dict[str, int] = {}

    def ask(self, question: Question[Any]) -> Answer | Back:
        self._asked[question.key] = self._asked.get(question.key, 0) + 1
        if isinstance(question, Select) and self._asked[question.key] == 1:
            return self._chance.choice(question.choices).value
        default: Answer | None = question.default
        if default is not None:
            return default
        candidates = ("0 6 * * *", "FREQ=DAILY", "flows.py:load", "mine")
        if isinstance(question, Select):
            return question.choices[0].value
        return next(text for text in candidates if not question.problem(text))


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "name: x\n", "deployments:\n", "deployments: []\n"]
)
def test_a_file_that_says_little_takes_an_entry(workshop: Workshop, text: str) -> None:
    """The list is made where it is missing."""
    workshop.write("syntask.yaml", text)

    entry = workshop.entry(("flow", "flows.py:report"))

    assert entry["entrypoint"] == "flows.py:report"


def test_what_is_wrong_with_another_entry_does_not_hinder(workshop: Workshop) -> None:
    """An entry of the same name, whose flow is gone, was broken before and stays so."""
    before = "deployments:\n- name: default\n  entrypoint: gone.py:etl\n"
    workshop.write("prefect.yaml", before)
    context = workshop.context(file="prefect.yaml")

    drafted = run_interview(lambda: add_deployment(context, is_deployed=True), _Chance(random.Random(0)))

    assert drafted.composed.problems == ()
    assert drafted.composed.text.startswith(before)
    assert "- name: default\n" in drafted.composed.text.removeprefix(before)
