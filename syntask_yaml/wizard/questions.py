"""What a question is, and how an interview asks one.

An interview is a generator: it yields questions, is sent their answers, and returns what they come to.
It asks nobody and changes nothing; `run_interview` puts its questions to a prompter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias, TypeVar

from syntask_yaml.model.secret import Secret

T = TypeVar("T")
Answer: TypeAlias = str | bool | Secret
Check: TypeAlias = Callable[[str], str]


def anything(_text: str) -> str:
    """The check of a question that takes every text."""
    return ""


class Kind(Enum):
    """What an answer is: a line of text, one of several values, yes or no, or a text that is not shown."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes or no"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: the *value* that stands for it, and what people read.

    *is_option* says whether the value may be given on the command line; the other ones lead to a question.
    """

    value: str
    label: str
    is_option: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. *option* is what answers it on the command line, without being asked.

    *default* is what Enter means, and what is taken where nobody can be asked; None there refuses.
    *check* says in a sentence why a text is no answer; it is empty for one that is.
    *notes* are lines to read before, and *difference* is what would change in a file. *completions* are
    texts to offer while one is typed.
    """

    key: str
    text: str
    option: str
    kind: Kind = Kind.TEXT
    choices: tuple[Choice, ...] = ()
    default: Answer | None = None
    check: Check = anything
    notes: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    completions: tuple[str, ...] = ()

    def problem(self, answer: Answer) -> str:
        """Why *answer* is none, in a sentence; empty if it is one."""
        if self.kind is Kind.YES_NO:
            return "" if isinstance(answer, bool) else "Say yes or no."
        if self.kind is Kind.SECRET:
            return "" if isinstance(answer, Secret) else "This is kept secret."
        if not isinstance(answer, str):
            return "A text is expected."
        if self.kind is Kind.TEXT:
            return self.check(answer)
        known = [choice.value for choice in self.choices]
        return "" if answer in known else f"`{answer}` is none of {', '.join(f'`{each}`' for each in known)}."

    def with_default(self, answer: Answer) -> Question:
        """The question with *answer* for its default, if it is one that may be shown."""
        if isinstance(answer, Secret) or self.problem(answer):
            return self
        return replace(self, default=answer)


Interview: TypeAlias = Generator[Question, Answer, T]


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers of an interview came to."""

    value: object


def advance(interview: Callable[[], Interview[T]], answers: Sequence[Answer]) -> Question | Result:
    """The question that follows the *answers* given so far, or what they come to."""
    asking = interview()
    try:
        question = next(asking)
        for answer in answers:
            question = asking.send(answer)
    except StopIteration as end:
        return Result(end.value)
    finally:
        asking.close()
    return question
