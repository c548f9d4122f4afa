"""Replace templates by their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.secret import Secret, holds_secret, revealed
from syntask_yaml.model.value import Unknown, Value, holds_unknown
from syntask_yaml.template.expression import ExpressionFailed, names_in
from syntask_yaml.template.parser import Expression, Placeholder, Reference, Template, parse
from syntask_yaml.template.places import NOTHING, Texts, texts_in, with_values
from syntask_yaml.template.scope import LEFT, Answer, Deferred, Missing, Scope


class Unresolved(NamedTuple):
    """A placeholder without a value: its location, its text, and the reason."""

    path: Path
    raw: str
    reason: Missing


Report = Callable[[Unresolved], None]


def resolve(value: Value, scope: Scope, report: Report, *, path: Path = ()) -> Value:
    """Return *value* with every placeholder in it replaced by its value in *scope*.

    A text that is a single placeholder becomes the value itself, of any type; otherwise values are inserted
    into the text. Resolved values are not expanded again. Each undefined name is reported; unless the scope
    keeps it, it becomes an empty text, and a key whose value is only that is left out.
    Mappings and lists without templates are returned as they are.
    """
    changed = resolve_texts(texts_in(value), lambda _: scope, report, path=path)
    resolved = with_values(value, changed)
    return None if changed.get(()) is NOTHING else resolved


def resolve_texts(
    texts: Texts, scope_at: Callable[[Path], Scope], report: Report, *, path: Path = ()
) -> dict[Path, Value]:
    """Return the new values of those *texts* that change, each resolved in the scope of its path."""
    changed = {}
    for where, text in texts:
        scope = scope_at(where)
        if text in scope.texts:
            resolved = scope.texts[text]
        else:
            resolved = _Resolution(scope, report).text(text, (*path, *where))
        if resolved is not text:
            changed[where] = resolved
    return changed


class _Resolution:
    """The resolution of one text."""

    def __init__(self, scope: Scope, report: Report) -> None:
        self._scope = scope
        self._report_to = report
        self._is_sound = True

    def _report(self, found: Unresolved) -> None:
        self._is_sound = False
        self._report_to(found)

    def text(self, text: str, path: Path) -> Value:
        resolved = self._text(text, path)
        if self._is_sound:
            self._scope.texts[text] = resolved
        return resolved

    def _text(self, text: str, path: Path) -> Value:
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
            return NOTHING if answer.code == "unset-name" and _is_output(placeholder) else ""
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
        """Return the replacement of *placeholder* inside a text."""
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
        from syntask_yaml.template import sandbox  # loads Jinja, which few texts need

        text = expression.text
        try:
            answers = {name: self._scope.answer(name) for name in names_in(text)}
            # The expression may have a default for an unset variable that is left for the run, so evaluate
            # it.
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
