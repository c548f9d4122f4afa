"""Which flow, under which name, and what it is for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from syntask_yaml.project.flows import Flow
from syntask_yaml.project.rules import is_name
from syntask_yaml.wizard.asking import ask_choice, ask_optional, ask_text, obeys
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.facts import Facts
from syntask_yaml.wizard.questions import Asking, Choice

ELSEWHERE = "another"
_FIRST_NAME = "default"


def ask_identity(facts: Facts) -> Asking[Draft]:
    """The flow and the name: a new entry, or one that is there and is to be changed."""
    entrypoint = yield from _ask_entrypoint(facts)
    flow = facts.read_flow(entrypoint)
    unasked = facts
    while True:
        name = yield from ask_text(
            "name",
            "What is the deployment called?",
            unasked,
            default=_free_name(facts, flow),
            check=obeys(is_name),
            notes=[f"On the backend it is {flow.name}/NAME."],
        )
        declared = facts.declared(flow, name)
        if declared is None:
            return Draft(flow=flow, fields={"name": name, "entrypoint": entrypoint})
        is_changed = yield from ask_choice(
            "taken",
            f"{flow.name}/{name} is declared already, on line {declared.node.span.line}"
            f"{_elsewhere(declared.entrypoint, entrypoint)}.",
            [Choice("change", "Change that entry"), Choice("rename", "Take another name")],
            unasked,
        )
        if is_changed == "change":
            draft = Draft(flow=flow, fields=dict(declared.node.value), declared=declared)
            return draft.put(entrypoint=entrypoint) if _elsewhere(declared.entrypoint, entrypoint) else draft
        unasked = _without_name(facts)


def _elsewhere(declared: str, entrypoint: str) -> str:
    """What to say of an entry whose flow has the same name, and stands elsewhere; else nothing."""
    (file, _, function), (other, _, another) = declared.rpartition(":"), entrypoint.rpartition(":")
    is_known = file.endswith(".py") and other.endswith(".py")  # a module may be the same file
    is_same = (posixpath.normpath(file), function) == (posixpath.normpath(other), another)
    return f", for `{declared}`" if is_known and not is_same else ""


def _without_name(facts: Facts) -> Facts:
    answers = {key: value for key, value in facts.said.answers.items() if key not in ("name", "taken")}
    return replace(facts, said=replace(facts.said, answers=answers))


def _ask_entrypoint(facts: Facts) -> Asking[str]:
    found = facts.project.flows
    if found and "flow" not in facts.said.answers:
        only = found[0].entrypoint if len(found) == 1 else None
        chosen = yield from ask_choice(
            "flow", "Which flow?", _flow_choices(facts), facts, default=only, notes=_skipped(facts)
        )
        if chosen != ELSEWHERE:
            return chosen
    entrypoint = yield from ask_text(
        "flow",
        "Where is the flow?",
        facts,
        check=facts.flow_problem,
        takes_templates=False,
        notes=[
            *([] if found else ["No flow was found here: a function under `@flow`.", *_skipped(facts)]),
            "Write path/to/file.py:function.",
        ],
    )
    return entrypoint


def _flow_choices(facts: Facts) -> Iterator[Choice]:
    width = max(len(flow.name) for flow in facts.project.flows)
    for flow in facts.project.flows:
        yield Choice(flow.entrypoint, f"{flow.name:<{width}}  {flow.entrypoint}")
    yield Choice(ELSEWHERE, "Another one, which I type in", is_option=False)


def _skipped(facts: Facts) -> list[str]:
    return [f"{skipped.file} was left out: {skipped.reason}." for skipped in facts.project.skipped[:3]]


def _free_name(facts: Facts, flow: Flow) -> str:
    name, number = _FIRST_NAME, 1
    while facts.declared(flow, name) is not None:
        number += 1
        name = f"{_FIRST_NAME}-{number}"
    return name


def ask_description(draft: Draft, facts: Facts) -> Asking[Draft]:
    """A sentence for people; the flow's own is taken where none is given."""
    if facts.said.overrides.description is not None:
        return draft
    own = (draft.flow.description or "").strip().partition("\n")[0]
    description = yield from ask_optional(
        "description",
        "What is it for, in a sentence?",
        facts,
        current=draft.fields.get("description") or "",
        notes=[f"Enter takes what the flow says: {own}"] if own else [],
    )
    return draft.put(description=description)
