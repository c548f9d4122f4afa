"""Put values in the place of templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.secret import Secret, holds_secret, revealed
from syntask_yaml.model.value import MAPPINGS, SCALARS, Unknown, Value, holds_unknown
from syntask_yaml.template.expression import ExpressionFailed, names_in
from syntask_yaml.template.parser import (
    Expression,
    Placeholder,
    Reference,
    Template,
    parse,
)
from syntask_yaml.template.scope import LEFT, Answer, Deferred, Missing, Scope


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A placeholder that has no value: where it stands, what was written, and why."""

    path: Path
    raw: str
    reason: Missing


Report = Callable[[Unresolved], None]


def resolve(value: Value, scope: Scope, report: Report, *, path: Path = ()) -> Value:
    """*value* with every placeholder in it replaced, as *scope* answers.

    A text that is one placeholder becomes the value itself, whatever its type; otherwise values are
    written into the text. What came from a template is never expanded again. Each name without a
    value is reported; unless the scope leaves it, it reads as an empty text, and a key that would hold
    nothing else is left out.
    Mappings and lists without templates are returned as they are.
    """
    resolved = _Resolution(scope, report).resolve(value, path)
    return None if resolved is _NOTHING else resolved


_NOTHING: Any = object()


class _Resolution:
    """One walk over a value."""

    def __init__(self, scope: Scope, report: Report) -> None:
        self._scope = scope
        self._report_to = report
        self._reported = 0

    def _report(self, found: Unresolved) -> None:
        self._reported += 1
        self._report_to(found)

    def resolve(self, value: Value, path: Path) -> Value:
        if isinstance(value, str):
            return self._text(value, path) if "{{" in value else value
        if isinstance(value, MAPPINGS):
            return self._mapping(value, path)
        if isinstance(value, (list, tuple)):
            found = self._changed(enumerate(value), path)
            kept = {index: item for index, item in found.items() if item is not _NOTHING}
            return [kept.get(index, item) for index, item in enumerate(value)] if found else value
        return value

    def _mapping(self, value: Mapping[str, Value], path: Path) -> Value:
        found = self._changed(value.items(), path)
        if not found:
            return value
        return {key: item for key, item in {**value, **found}.items() if item is not _NOTHING}

    def _changed(self, items: Iterable[tuple[Any, Value]], path: Path) -> dict[Any, Value]:
        """What becomes of those of *items* that hold templates."""
        return {
            step: resolved
            for step, item in items
            if ("{{" in item if isinstance(item, str) else not isinstance(item, SCALARS))
            and (resolved := self.resolve(item, (*path, step))) is not item
        }

    def _text(self, text: str, path: Path) -> Value:
        known, before = self._scope.texts, self._reported
        if text in known:
            return known[text]
        resolved = self._new_text(text, path)
        if self._reported == before:
            known[text] = resolved
        return resolved

    def _new_text(self, text: str, path: Path) -> Value:
        template = parse(text)
        if template.is_unclosed and self._scope.is_static:
            self._report(Unresolved(path, "{{", _UNCLOSED))
        whole = template.whole
        if whole is not None:
            return self._whole(whole, path)
        return self._joined(template, path)

    def _whole(self, placeholder: Placeholder, path: Path) -> Value:
        answer = self._answer(placeholder)
        if isinstance(answer, Deferred):
            return placeholder.raw
        if isinstance(answer, Missing):
            self._report(Unresolved(path, placeholder.raw, answer))
            if self._scope.leaves_missing:
                return placeholder.raw
            return _NOTHING if answer.code == "unset-name" and _is_output(placeholder) else ""
        return answer

    def _joined(self, template: Template, path: Path) -> Value:
        texts: list[str] = []
        unknown: Unknown | None = None
        is_secret = False
        for part in template.parts:
            match part if isinstance(part, str) else self._written(part, path):
                case Missing() as reason if not isinstance(part, str):
                    self._report(Unresolved(path, part.raw, reason))
                    texts.append(part.raw if self._scope.leaves_missing else "")
                case Unknown() as answer:
                    unknown = unknown or answer
                case Secret() as answer:
                    is_secret = True
                    texts.append(answer.reveal())
                case text:
                    texts.append(str(text))
        joined = "".join(texts)
        return unknown or (Secret(joined) if is_secret else joined)

    def _written(self, placeholder: Placeholder, path: Path) -> str | Secret | Unknown | Missing:
        """What stands for *placeholder* in a text."""
        answer = self._answer(placeholder)
        if isinstance(answer, Deferred):
            return placeholder.raw
        if isinstance(answer, (Secret, Unknown, Missing)):
            return answer
        if isinstance(answer, Mapping) and _is_output(placeholder):
            self._report(Unresolved(path, placeholder.raw, _is_mapping(placeholder.text, answer)))
        if holds_unknown(answer):
            return Unknown(placeholder.text)
        return _HOLDS_SECRET if holds_secret(answer) else str(answer)

    def _answer(self, placeholder: Placeholder) -> Answer:
        if isinstance(placeholder, Reference):
            return self._scope.answer(placeholder.name)
        return self._expression(placeholder)

    def _expression(self, expression: Expression) -> Answer:
        from syntask_yaml.template import sandbox  # Jinja, which few texts need

        text = expression.text
        try:
            answers = {name: self._scope.answer(name) for name in names_in(text)}
            # An unset variable that is left for the run may have a default here: the expression decides.
            if any(isinstance(answers[name], Deferred) and name[0] != "$" for name in answers):
                return LEFT
            sandbox.check(text)
        except ExpressionFailed as error:
            return LEFT if self._scope.leaves_nonsense else _failed(text, error)
        if any(map(holds_unknown, answers.values())):
            return Unknown(text)
        return _evaluated(text, answers)


def _evaluated(text: str, answers: Mapping[str, Answer]) -> Answer:
    from syntask_yaml.template import sandbox

    known = {name: answer for name, answer in answers.items() if not isinstance(answer, (Missing, Deferred))}
    is_secret = holds_secret(known)
    try:
        value = sandbox.evaluate(text, revealed(known))
    except ExpressionFailed as error:
        if LEFT in answers.values():
            return LEFT
        missing = [answer for answer in answers.values() if isinstance(answer, Missing)]
        return missing[0] if missing else _failed(text, _UNTOLD if is_secret else error)
    return Secret(str(value)) if is_secret else value


_UNCLOSED = Missing(
    "invalid-template",
    "The template that `{{` opens is never closed.",
    'Add `}}`, or write `{{ "{{" }}` for literal braces.',
)


_HOLDS_SECRET = Missing(
    "invalid-template",
    "The value has several parts, one of which is a secret, so it cannot be inserted into text.",
    "Select one part, such as `syntask.blocks.TYPE.NAME.FIELD`.",
)


def _is_mapping(name: str, outputs: Mapping[str, Value]) -> Missing:
    listed = ", ".join(f"`{name}.{output}`" for output in list(outputs)[:8])
    detail = f"`{name}` is a mapping, which cannot be inserted into text."
    return Missing("invalid-template", detail, f"Select one of its keys: {listed}." if listed else "")


_UNTOLD = ExpressionFailed("The reason is not shown because it could contain a secret.")


def _failed(text: str, error: ExpressionFailed) -> Missing:
    return Missing("invalid-template", f"`{text[:200]}` cannot be evaluated. {error}", error.hint)


def _is_output(placeholder: Placeholder) -> bool:
    return isinstance(placeholder, Reference) and not placeholder.name.startswith(
        ("$", "syntask.", "prefect.")
    )
