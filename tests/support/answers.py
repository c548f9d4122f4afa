"""Prompters that need no terminal."""

from __future__ import annotations

from typing import Any

from syntask_yaml.wizard.interview import Back
from syntask_yaml.wizard.questions import Answer, Question


class Script:
    """Gives written answers, by the key of the question; Enter to every question that is not next."""

    def __init__(self, *answers: tuple[str, Answer | Back]) -> None:
        self.left = list(answers)
        self.asked: list[Question[Any]] = []

    def ask(self, question: Question[Any]) -> Answer | Back:
        self.asked.append(question)
        if self.left and self.left[0][0] == question.key:
            answer = self.left.pop(0)[1]
        elif question.default is not None:
            answer = question.default
        else:
            raise AssertionError(f"`{question.key}` has no default, and the next answer is {self.left[:1]}")
        if not isinstance(answer, Back):
            assert not question.problem(answer), question.problem(answer)
        return answer

    @property
    def keys(self) -> list[str]:
        """The questions that were asked, in order."""
        return [question.key for question in self.asked]
