"""Tables of rules that classify error texts of other programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """The kind of a failure, which decides on retries."""

    LOGIN = "login"
    DENIED = "denied"
    MISSING = "missing"
    REF = "ref"
    REF_REFUSED = "ref refused"
    NETWORK = "network"
    SETUP = "setup"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rule:
    """A *pattern* in an error text, and its meaning. *detail* and *hint* may have fields in braces."""

    pattern: str
    kind: Kind = Kind.OTHER
    detail: str = ""
    hint: str = ""


class Classified(NamedTuple):
    """The matching *rule*, the *groups* of its pattern, and the *line* of the match."""

    rule: Rule
    groups: tuple[str, ...]
    line: str


def classify(text: str, rules: Sequence[Rule]) -> Classified | None:
    """Return the first of *rules* that matches *text*; None if there is none."""
    for rule in rules:
        if match := re.search(rule.pattern, text, re.MULTILINE):
            begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.start())
            return Classified(rule, match.groups(), text[begin : None if end < 0 else end].strip())
    return None
