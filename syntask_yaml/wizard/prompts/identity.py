"""Ask for the flow, the name and the description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import normpath

from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.rules import is_name
from syntask_yaml.pysource.entrypoint import InvalidEntrypoint, parse_entrypoint
from syntask_yaml.wizard.checks import obeys
from syntask_yaml.wizard.context import Home, InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.homes import home_of, inherited_in, nearest_home
from syntask_yaml.wizard.questions import Choice, Interview, Select, Text

ELSEWHERE = "another"
_FIRST_NAME = "default"


def ask_identity(context: InterviewContext) -> Interview[Draft]:
    """Ask for the flow and the name, of a new entry or of an existing one to change."""
    entrypoint = yield from _ask_entrypoint(context)
    flow = context.reader.read(entrypoint)
    unasked = context
    while True:
        name = yield from Text(
            "name",
            "Deployment name?",
            default=_free_name(context, flow),
            check=obeys(is_name),
            notes=[f"Its full name is {flow.name}/NAME."],
        ).ask(unasked.answers)
        declared = context.declared(flow, name)
        if declared is None:
            home = yield from _ask_home(entrypoint, context)
            inherited = inherited_in(home)
            own = {"name": name, "entrypoint": entrypoint}
            return Draft(flow=flow, fields={**inherited, **own}, home=home, inherited=inherited)
        is_changed = yield from Select(
            "taken",
            f"{flow.name}/{name} is already declared {_place(declared, context)}"
            f"{_elsewhere(declared.entrypoint, entrypoint)}.",
            choices=[Choice("change", "Edit that entry"), Choice("rename", "Choose another name")],
        ).ask(unasked.answers)
        if is_changed == "change":
            home = home_of(declared, context.project)
            draft = Draft(
                flow=flow,
                fields=dict(declared.node.value),
                declared=declared,
                home=home,
                inherited=inherited_in(home),
            )
            return draft.put(entrypoint=entrypoint) if _elsewhere(declared.entrypoint, entrypoint) else draft
        unasked = _without_name(context)


def _place(declared: Declaration, context: InterviewContext) -> str:
    line = f"on line {declared.node.span.line}"
    return f"{line} of {declared.node.source.name}" if len(context.project.homes) > 1 else line


def _ask_home(entrypoint: str, context: InterviewContext) -> Interview[Home | None]:
    """Ask for the file of the entry; the default is the one nearest to the flow."""
    homes = {home.name: home for home in context.project.homes}
    if len(homes) < 2 and "home" not in context.answers:
        return next(iter(homes.values()), None)
    nearest = nearest_home(entrypoint, context.project)
    name = yield from Select(
        "home",
        "Which file does it go to?",
        choices=[Choice(name, name) for name in homes],
        default=nearest.name if nearest else None,
    ).ask(context.answers)
    return homes[name]


def _elsewhere(declared: str, entrypoint: str) -> str:
    """Return a note on an entry whose flow has the same name in another file; else an empty text."""
    try:
        there, here = parse_entrypoint(declared), parse_entrypoint(entrypoint)
    except InvalidEntrypoint:
        return ""
    if there.path is None or here.path is None:  # a module may be the same file
        return ""
    is_same = (normpath(there.path), there.function) == (normpath(here.path), here.function)
    return "" if is_same else f", for `{declared}`"


def _without_name(context: InterviewContext) -> InterviewContext:
    answers = {key: value for key, value in context.answers.items() if key not in ("name", "taken")}
    return replace(context, given=replace(context.given, answers=answers))


def _ask_entrypoint(context: InterviewContext) -> Interview[str]:
    found = context.project.flows
    if found and "flow" not in context.answers:
        only = found[0].entrypoint if len(found) == 1 else None
        chosen = yield from Select(
            "flow", "Which flow?", choices=list(_flow_choices(context)), default=only, notes=_skipped(context)
        ).ask(context.answers)
        if chosen != ELSEWHERE:
            return chosen
    entrypoint = yield from Text(
        "flow",
        "Entrypoint of the flow?",
        check=context.flow_problem,
        takes_templates=False,
        notes=[
            *([] if found else ["No function decorated with `@flow` was found here.", *_skipped(context)]),
            "Format: path/to/file.py:function.",
        ],
    ).ask(context.answers)
    return entrypoint


def _flow_choices(context: InterviewContext) -> Iterator[Choice]:
    width = max(len(flow.name) for flow in context.project.flows)
    for flow in context.project.flows:
        yield Choice(flow.entrypoint, f"{flow.name:<{width}}  {flow.entrypoint}")
    yield Choice(ELSEWHERE, "Another one (type its entrypoint)", is_option=False)


def _skipped(context: InterviewContext) -> list[str]:
    return [f"{skipped.file} was skipped: {skipped.reason}." for skipped in context.project.skipped[:3]]


def _free_name(context: InterviewContext, flow: Flow) -> str:
    name, number = _FIRST_NAME, 1
    while context.declared(flow, name) is not None:
        number += 1
        name = f"{_FIRST_NAME}-{number}"
    return name


def ask_description(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for a description; the default is that of the flow."""
    if context.given.overrides.description is not None:
        return draft
    own = (draft.flow.description or "").strip().partition("\n")[0]
    description = yield from Text(
        "description",
        "Description?",
        default=draft.fields.get("description") or "",
        notes=[f"Enter: use the flow's own: {own}"] if own else [],
    ).ask_optional(context.answers)
    return draft.put(description=description)
