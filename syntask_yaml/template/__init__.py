"""`{{ … }}`: names and expressions in texts."""

from syntask_yaml.template.parser import is_template, may_hold_template, parse
from syntask_yaml.template.places import NOTHING, Texts, texts_in, with_values
from syntask_yaml.template.resolver import Unresolved, resolve, resolve_texts
from syntask_yaml.template.scope import Anything, Blocks, Missing, Scope
from syntask_yaml.template.writing import as_template

__all__ = [
    "NOTHING",
    "Anything",
    "Blocks",
    "Missing",
    "Scope",
    "Texts",
    "Unresolved",
    "as_template",
    "is_template",
    "may_hold_template",
    "parse",
    "resolve",
    "resolve_texts",
    "texts_in",
    "with_values",
]
