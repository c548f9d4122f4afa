"""The ways to ask: a text, a choice, yes or no, a secret; nothing is asked that was given already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syntask_yaml.document.node import Node
from syntask_yaml.errors import UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.project.rules import Rule
from syntask_yaml.source import Source
from syntask_yaml.template import parse
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.options import option_for
from syntask_yaml.wizard.questions import Answer, Check, Choice, Interview, Kind, Question, anything

# What is typed for "nothing" where Enter means something else.
NOTHING = "-"


def ask(question: Question, context: InterviewContext) -> Interview[Answer]:
    """The answer to *question*: what was given on the command line, or what is answered now."""
    given = context.given.answers.get(question.key)
    if given is None:
        answer = yield question
        return answer
    problem = question.problem(given)
    if problem:
        raise UsageError(f"`{question.option}`: {problem}")
    return given


def ask_text(
    key: str,
    text: str,
    context: InterviewContext,
    *,
    default: str | None = None,
    check: Check = anything,
    notes: Iterable[str] = (),
    completions: Iterable[str] = (),
    option: str = "",
    takes_templates: bool = True,
) -> Interview[str]:
    """A line of text. Without a *default*, something must be typed."""
    check = check if default == "" else _needed(check)
    question = Question(
        key=key,
        text=text,
        option=option or option_for(key),
        default=default,
        check=_with_templates(check) if takes_templates else check,
        notes=tuple(notes),
        completions=tuple(completions),
    )
    answer = yield from ask(question, context)
    assert isinstance(answer, str)
    return answer


def ask_optional(
    key: str,
    text: str,
    context: InterviewContext,
    *,
    current: str = "",
    check: Check = anything,
    notes: Sequence[str] = (),
    option: str = "",
    takes_templates: bool = True,
) -> Interview[str]:
    """A line of text that may be empty; where there is a *current* one, a dash takes it away."""
    answer = yield from ask_text(
        key,
        text,
        context,
        default=current,
        check=_unless(NOTHING if current else "", check),
        notes=(*notes, f"A `{NOTHING}` takes it away.") if current else notes,
        option=option,
        takes_templates=takes_templates,
    )
    return "" if current and answer == NOTHING else answer


def ask_choice(
    key: str,
    text: str,
    choices: Iterable[Choice],
    context: InterviewContext,
    *,
    default: str | None = None,
    notes: Iterable[str] = (),
    difference: Iterable[str] = (),
    option: str = "",
) -> Interview[str]:
    """One of several values."""
    question = Question(
        key=key,
        text=text,
        option=option or option_for(key),
        kind=Kind.CHOICE,
        choices=tuple(choices),
        default=default,
        notes=tuple(notes),
        difference=tuple(difference),
    )
    answer = yield from ask(question, context)
    assert isinstance(answer, str)
    return answer


def ask_yes(
    key: str, text: str, context: InterviewContext, *, default: bool, notes: Iterable[str] = ()
) -> Interview[bool]:
    """Yes or no."""
    question = Question(
        key=key, text=text, option=option_for(key), kind=Kind.YES_NO, default=default, notes=tuple(notes)
    )
    answer = yield from ask(question, context)
    assert isinstance(answer, bool)
    return answer


def ask_secret(
    key: str, text: str, context: InterviewContext, *, notes: Iterable[str] = ()
) -> Interview[Secret]:
    """A text that is not shown; empty where it is left for later."""
    question = Question(
        key=key, text=text, option=option_for(key), kind=Kind.SECRET, default=Secret(""), notes=tuple(notes)
    )
    answer = yield from ask(question, context)
    assert isinstance(answer, Secret)
    return answer


def obeys(rule: Rule) -> Check:
    """The check that asks a *rule* of the project file about one value."""

    def check(text: str) -> str:
        node = Node(text, Source("answer", ""), 0)
        return next((f"{each.detail} {each.hint}".strip() for each in rule(node) if each.is_error), "")

    return check


def _needed(check: Check) -> Check:
    return lambda text: check(text) if text else "Something must be written here."


def _unless(nothing: str, check: Check) -> Check:
    return lambda text: "" if text == nothing else check(text)


def _with_templates(check: Check) -> Check:
    """Templates are the project file's business; one that is not closed is a slip."""

    def checked(text: str) -> str:
        template = parse(text) if "{{" in text else None
        if template is None:
            return check(text)
        if template.is_unclosed:
            return "A `{{` has no `}}`."
        return ""

    return checked
