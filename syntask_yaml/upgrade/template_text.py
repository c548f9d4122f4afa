"""Texts with templates among the values of a deployment, whose other texts hold none."""

from __future__ import annotations

import json
import re

_BRACES, _WRITTEN_BRACES = "{{", '{{ "{{" }}'
_FILTER = re.compile(r"\{\{[^}]*\|")
_SECRETS = "prefect.blocks.secret."
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TemplateText(str):
    """A text as the project file spells it: its braces are templates, and not escaped again."""

    __slots__ = ()

    @classmethod
    def of_variable(cls, name: object, default: object = None) -> TemplateText:
        """The value of an environment variable. Raises ValueError for what cannot be one."""
        if not isinstance(name, str) or isinstance(name, TemplateText) or not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a variable")
        if isinstance(default, TemplateText) or not isinstance(default, (str, int, float, type(None))):
            raise ValueError("the default is not a constant")
        otherwise = "" if default is None else f" | default({json.dumps(str(default))})"
        return cls(f"{{{{ ${name}{otherwise} }}}}")

    @classmethod
    def of_secret(cls, name: str) -> TemplateText:
        """The value of a block of a secret, which runs read, and deployments do not."""
        return cls(f"{{{{ {_SECRETS}{name} }}}}")

    @property
    def surrounds_a_secret(self) -> bool:
        """Whether the value of a secret is a part of it, and not all of it."""
        return _SECRETS in self and re.fullmatch(r"\{\{[^{}]*\}\}", self) is None

    @property
    def has_filter(self) -> bool:
        """Whether it is more than a name between braces."""
        return _FILTER.search(self) is not None

    def filtered(self, name: str) -> TemplateText:
        """The same through a filter. Raises ValueError unless one expression is all there is."""
        if self.count("{{") != 1 or not (self.startswith("{{") and self.endswith(" }}")):
            raise ValueError("the text is more than one expression")
        return TemplateText(f"{self.removesuffix(' }}')} | {name} }}}}")


def escaped(text: str) -> str:
    """*text* with braces that are no template; a TemplateText stays as it is."""
    return str(text) if isinstance(text, TemplateText) else text.replace(_BRACES, _WRITTEN_BRACES)


def as_template(value: object) -> str:
    """A part of a text with templates."""
    return escaped(value if isinstance(value, str) else str(value))
