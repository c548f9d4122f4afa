"""`{{ … }}`: names and expressions inside texts."""

from syntask_yaml.template.parser import is_template, may_hold_template, parse
from syntask_yaml.template.resolver import Unresolved, resolve
from syntask_yaml.template.scope import Anything, Blocks, Missing, Scope
from syntask_yaml.template.writing import as_template

__all__ = [
    "Anything",
    "Blocks",
    "Missing",
    "Scope",
    "Unresolved",
    "as_template",
    "is_template",
    "may_hold_template",
    "parse",
    "resolve",
]
