"""The interviews: the order of the questions, and how answers become a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias, cast

from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.operations.edit import as_they_would_be
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.file import FileDraft, compose
from syntask_yaml.wizard.prompts.code import ask_code
from syntask_yaml.wizard.prompts.identity import ask_description, ask_identity
from syntask_yaml.wizard.prompts.image import ask_image
from syntask_yaml.wizard.prompts.parameters import ask_parameters
from syntask_yaml.wizard.prompts.pool import ask_pool
from syntask_yaml.wizard.prompts.runs import ask_environment, ask_limit, ask_tags
from syntask_yaml.wizard.prompts.schedules import ask_schedules
from syntask_yaml.wizard.questions import Answer, Answered, Choice, Interview, Question, Select, T, advance

Prompt: TypeAlias = Callable[[Draft, InterviewContext], Interview[Draft]]

# In the order in which a newcomer thinks of them: what, when, where, and then the rest.
PROMPTS: tuple[Prompt, ...] = (
    ask_description,
    ask_parameters,
    ask_schedules,
    ask_pool,
    ask_image,
    ask_code,
    ask_environment,
    ask_limit,
    ask_tags,
)

SAVE, DEPLOY, DISCARD = "save", "deploy", "discard"
_ALL, _NEW = "all", "new"


class Back:
    """The answer of a prompter for "one question back"."""


BACK = Back()


class Prompter(Protocol):
    """Asks one question and returns its answer, or `BACK`.

    Raises Interrupted if the user leaves, and UsageError if prompts are disabled.
    """

    def ask(self, question: Question[Any]) -> Answer | Back: ...


@dataclass(frozen=True, slots=True)
class InterviewResult:
    """The drafted deployment, the project file with it, and the next actions."""

    draft: Draft
    composed: FileDraft
    decision: str


def run_interview(interview: Callable[[], Interview[T]], prompter: Prompter) -> T:
    """Ask the questions of *interview* with *prompter*, and return the result."""
    answers: list[Answer] = []
    taken_back: Answer | None = None
    while True:
        step = advance(interview, answers)
        if isinstance(step, Answered):
            return cast("T", step.value)
        question = step if taken_back is None else step.with_default(taken_back)
        taken_back = None
        answer = prompter.ask(question)
        if not isinstance(answer, Back):
            answers.append(answer)
        elif answers:
            taken_back = answers.pop()


def draft_deployment(context: InterviewContext) -> Interview[Draft]:
    """Ask everything about one deployment."""
    draft = yield from ask_identity(context)
    for topic in PROMPTS:
        draft = yield from topic(draft, context)
    overrides = context.given.overrides.fitted(draft.flow.value_schema)
    return replace(draft, fields=_once(overrides.apply(draft.fields)))


def _once(fields: dict[str, Any]) -> dict[str, Any]:
    """Return *fields* without duplicate schedules: an option may repeat one of a changed entry."""
    schedules = fields.get("schedules")
    if not isinstance(schedules, list):
        return fields
    return {**fields, "schedules": [each for at, each in enumerate(schedules) if each not in schedules[:at]]}


def add_deployment(context: InterviewContext, *, is_deployed: bool) -> Interview[InterviewResult]:
    """Ask for one deployment, and whether to save it as shown.

    Raises ProjectInvalid if it is to be saved without a question, and the file would be invalid.
    """
    draft = yield from draft_deployment(context)
    composed = compose(draft, context.project, context.reader)
    if composed.problems and "save" in context.answers:
        raise ProjectInvalid(as_they_would_be(composed.problems, composed.name))
    choices = [Choice(DEPLOY, "Save and deploy")] if is_deployed else []
    choices.append(Choice(SAVE, "Save"))
    if composed.problems:  # the only choices are back and cancel
        choices = []
    choices.append(Choice(DISCARD, "Quit without saving"))
    decision = yield from Select(
        "save",
        f"Save this to {composed.name}?",
        choices=choices,
        default=choices[0].value,
        notes=[f"This cannot be saved: {each.detail} {each.hint}".rstrip() for each in composed.problems],
        difference=composed.difference,
    ).ask(context.answers)
    return InterviewResult(draft, composed, decision)


def choose_or_add(context: InterviewContext) -> Interview[Selection | InterviewResult]:
    """Ask what to deploy: a declared deployment, or a new one."""
    declared = context.project.declarations
    if declared and "flow" not in context.answers:
        chosen = yield from Select(
            "deployment", "Which deployments?", choices=list(_declared_choices(declared))
        ).ask(context.answers)
        if chosen == _ALL:
            return Selection(all=True)
        if chosen != _NEW:
            return Selection(names=(_pattern(declared[int(chosen)], declared, context),))
    return (yield from add_deployment(context, is_deployed=True))


def _declared_choices(declared: tuple[Declaration, ...]) -> Iterator[Choice]:
    width = max(len(each.name) for each in declared)
    for index, each in enumerate(declared):
        if each.name:
            yield Choice(str(index), f"{each.name:<{width}}  {each.entrypoint}".rstrip())
    if len(declared) > 1:
        yield Choice(_ALL, "All")
    yield Choice(_NEW, "Add a deployment")


def _pattern(declaration: Declaration, declared: tuple[Declaration, ...], context: InterviewContext) -> str:
    """Return the `-n` pattern that matches only this entry."""
    if sum(each.name == declaration.name for each in declared) == 1:
        return declaration.name
    return f"{context.reader.read(declaration.entrypoint).name}/{declaration.name}"
