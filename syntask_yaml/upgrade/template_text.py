"""Strings with templates among the values of a deployment, whose other strings have none."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable

_BRACES, _WRITTEN_BRACES = "{{", '{{ "{{" }}'
_FILTER = re.compile(r"\{\{[^}]*\|")
_SECRETS = "prefect.blocks.secret."
_SECRET = re.compile(r"\{\{ prefect\.blocks\.secret\.([\w-]+) \}\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HELD = re.compile(r"\{\{ (?:\$\w|prefect\.blocks\.secret\.)")
_OF_ENVIRONMENT = re.compile(r'\{\{ \$(\w+)(?: \| default\(("(?:[^"\\]|\\.)*")(, true)?\))? \}\}')
_OR_EMPTY = ' | default("")'


class TemplateText(str):
    """A string as the project file spells it: its braces are templates, and not escaped."""

    __slots__ = ()

    @classmethod
    def of_variable(cls, name: object, default: object = None) -> TemplateText:
        """Return the value of an environment variable. Raises ValueError for an invalid name."""
        if not isinstance(name, str) or isinstance(name, TemplateText) or not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a variable")
        if isinstance(default, TemplateText) or not isinstance(default, (str, int, float, type(None))):
            raise ValueError("the default is not a constant")
        otherwise = "" if default is None else f" | default({json.dumps(str(default))})"
        return cls(f"{{{{ ${name}{otherwise} }}}}")

    @classmethod
    def of_secret(cls, name: str) -> TemplateText:
        """Return the value of a secret block, which is read by runs and not by deploys."""
        return cls(f"{{{{ {_SECRETS}{name} }}}}")

    @property
    def secrets(self) -> list[str]:
        """The names of the blocks whose secrets it contains."""
        return _SECRET.findall(self)

    @property
    def is_of_environment(self) -> bool:
        """Whether it consists of plain text and environment variables only."""
        return has_variables(self) and _BRACES not in _OF_ENVIRONMENT.sub("", self)

    @property
    def surrounds_a_secret(self) -> bool:
        """Whether a secret is a part of it, and not all of it."""
        return _SECRETS in self and re.fullmatch(r"\{\{[^{}]*\}\}", self) is None

    @property
    def has_filter(self) -> bool:
        """Whether it contains an expression other than a name."""
        return _FILTER.search(self) is not None

    def or_else(self, default: object) -> TemplateText:
        """Return the variable with *default* if it is empty or unset. Raises ValueError for other strings."""
        found = _OF_ENVIRONMENT.fullmatch(self.replace(_OR_EMPTY, ""))
        if found is None or found[2] is not None:
            raise ValueError("the text is more than one variable")
        if isinstance(default, (TemplateText, bool)) or not isinstance(default, (str, int, float)):
            raise ValueError("the default is not a constant")
        return TemplateText(f"{{{{ ${found[1]} | default({json.dumps(str(default))}, true) }}}}")

    def filtered(self, name: str) -> TemplateText:
        """Return the expression with a filter. Raises ValueError unless it is a single expression."""
        if self.count("{{") != 1 or not (self.startswith("{{") and self.endswith(" }}")):
            raise ValueError("the text is more than one expression")
        return TemplateText(f"{self.removesuffix(' }}')} | {name} }}}}")


def holds_template(text: str) -> bool:
    """Return whether *text* contains a template, also one in a plain string."""
    return _HELD.search(text) is not None


def has_variables(text: str) -> bool:
    """Return whether *text* contains an environment variable."""
    return _OF_ENVIRONMENT.search(text) is not None


def shell_words(words: Iterable[str]) -> str:
    """Return *words* quoted for a shell, with environment variables in its syntax."""
    return " ".join(map(_shell_word, words))


def _shell_word(word: str) -> str:
    if not has_variables(word):
        return shlex.quote(word)
    pieces, done = [], 0
    for found in _OF_ENVIRONMENT.finditer(word):
        name, default, is_for_empty = found.groups()
        operator = ":-" if is_for_empty else "-"
        otherwise = "" if default is None else f"{operator}{_in_quotes(json.loads(default))}"
        pieces += [_in_quotes(word[done : found.start()]), f"${{{name}{otherwise}}}"]
        done = found.end()
    return f'"{"".join([*pieces, _in_quotes(word[done:])])}"'


def _in_quotes(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def escaped(text: str) -> str:
    """Return *text* with escaped braces; a TemplateText is unchanged."""
    return str(text) if isinstance(text, TemplateText) else text.replace(_BRACES, _WRITTEN_BRACES)


def as_template(value: object) -> str:
    """Return *value* as a part of a string with templates."""
    return escaped(value if isinstance(value, str) else str(value))
