"""Questions as values, and the protocol of an interview.

An interview is a generator: it yields questions, is sent their answers, and returns a result. It has no side
effects; `run_interview` passes its questions to a prompter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from types import MappingProxyType
from typing import Any, Generic, Self, TypeAlias, TypeVar, cast

from syntask_yaml.errors import UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.template import parse
from syntask_yaml.wizard.options import option_for

T = TypeVar("T")
Answer: TypeAlias = str | bool | Secret
Interview: TypeAlias = Generator["Question[Any]", Answer, T]
Check: TypeAlias = Callable[[str], str]


# The input for "nothing" if Enter has another meaning.
NOTHING = "-"
_NOTHING_TYPED = Secret("")


def anything(_text: str) -> str:
    """Accept every text."""
    return ""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One question. *option* answers it on the command line, if it is not that of its *key*.

    *default* is the answer for Enter, and without prompts; None there is an error. *notes* are lines shown
    before the question, and *table* aligned lines, which are left out if the terminal is too narrow for one
    of them.
    """

    key: str
    text: str
    _: KW_ONLY
    default: T | None = None
    notes: Sequence[str] = ()
    table: Sequence[str] = ()
    option: str = ""

    @property
    def answered_by(self) -> str:
        """The option that answers it, as typed."""
        return self.option or option_for(self.key)

    def problem(self, answer: Answer) -> str:
        """Return a sentence on why *answer* is invalid; empty if it is valid."""
        raise NotImplementedError

    def ask(self, given: Mapping[str, Answer] = MappingProxyType({})) -> Interview[T]:
        """Return the answer: the one *given* on the command line, or that of the prompter."""
        if self.key not in given:
            return cast("T", (yield self))
        if problem := self.problem(given[self.key]):
            raise UsageError(f"`{self.answered_by}`: {problem}")
        return cast("T", given[self.key])

    def with_default(self, answer: Answer) -> Self:
        """Return the question with *answer* as its default, if it may be displayed."""
        is_shown = not isinstance(answer, Secret) and not self.problem(answer)
        return replace(self, default=cast("T", answer)) if is_shown else self


@dataclass(frozen=True, slots=True)
class Text(Question[str]):
    """A line of text. *check* returns a sentence on why a text is invalid; empty if it is valid.

    *completions* are suggestions during typing.
    """

    check: Check = anything
    completions: Sequence[str] = ()
    takes_templates: bool = True
    may_be_empty: bool = False

    def problem(self, answer: Answer) -> str:
        if not isinstance(answer, str):
            return "Text is expected."
        if not answer:
            return "" if self.may_be_empty else "A value is required."
        template = parse(answer) if self.takes_templates and "{{" in answer else None
        if template is None:
            return self.check(answer)
        # The project file validates templates; an unclosed one is a typing mistake.
        return "A `{{` has no `}}`." if template.is_unclosed else ""

    def ask_optional(self, given: Mapping[str, Answer]) -> Interview[str]:
        """Return a text that may be empty; if there is a default, a dash removes it."""
        if not self.default:
            return (yield from replace(self, default="", may_be_empty=True).ask(given))
        notes = [*self.notes, f"Enter `{NOTHING}` to remove it."]
        check = self.check
        question = replace(self, notes=notes, check=lambda text: "" if text == NOTHING else check(text))
        answer = yield from question.ask(given)
        return "" if answer == NOTHING else answer


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: its *value*, and its label.

    *is_option* says whether the value may be given on the command line; other values lead to a question.
    """

    value: str
    label: str
    is_option: bool = True


@dataclass(frozen=True, slots=True)
class Select(Question[str]):
    """One of several values. *difference* is the diff of a file."""

    choices: Sequence[Choice] = ()
    difference: Sequence[str] = ()

    def problem(self, answer: Answer) -> str:
        values = [choice.value for choice in self.choices]
        listed = ", ".join(f"`{value}`" for value in values)
        return "" if answer in values else f"`{answer}` is not one of {listed}."


@dataclass(frozen=True, slots=True)
class Confirm(Question[bool]):
    """A yes-or-no question."""

    def problem(self, answer: Answer) -> str:
        return "" if isinstance(answer, bool) else "Answer yes or no."


@dataclass(frozen=True, slots=True)
class Password(Question[Secret]):
    """A text that is not displayed; an empty one postpones the answer."""

    default: Secret | None = _NOTHING_TYPED

    def problem(self, answer: Answer) -> str:
        return "" if isinstance(answer, Secret) else "The answer is secret."


@dataclass(frozen=True, slots=True)
class Answered:
    """The result of an interview."""

    value: object


def advance(interview: Callable[[], Interview[T]], answers: Sequence[Answer]) -> Question[Any] | Answered:
    """Return the question that follows *answers*, or the result of the interview."""
    asking = interview()
    try:
        question = next(asking)
        for answer in answers:
            question = asking.send(answer)
    except StopIteration as end:
        return Answered(end.value)
    finally:
        asking.close()
    return question
