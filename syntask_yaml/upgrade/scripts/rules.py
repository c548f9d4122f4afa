"""Recurrence rules that are built with `dateutil`."""

from __future__ import annotations

import ast
from datetime import datetime
from typing import Any

from dateutil import rrule

from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Evaluator, Found
from syntask_yaml.upgrade.scripts.reach import Frame, external_name

_MODULE = "dateutil.rrule."
_FREQUENCIES = frozenset("YEARLY MONTHLY WEEKLY DAILY HOURLY MINUTELY SECONDLY".split())
_DAYS = frozenset("MO TU WE TH FR SA SU".split())


def rule(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
    """Evaluate `rrule(freq=DAILY, …)` to a mapping with text and time zone, as `from_rrule` does."""
    positional = [_argument(evaluator, each, frame) for each in node.args]
    named = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise Dynamic(keyword.value)
        named[keyword.arg] = _argument(evaluator, keyword.value, frame)
    start = named.get("dtstart")
    if not isinstance(start, datetime):  # the rule begins at run time
        raise Dynamic(node)
    zone = str(start.tzinfo) if start.tzinfo else "UTC"
    made = {"rrule": str(rrule.rrule(*positional, **named)), "timezone": zone}
    return Found(made, evaluator.start(node, frame))


def _argument(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Any:
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_argument(evaluator, item, frame) for item in node.elts]
    if isinstance(node, ast.Call) and _is_day(external_name(node.func, frame)):  # `MO(1)`: the first Monday
        day = getattr(rrule, external_name(node.func, frame).removeprefix(_MODULE))
        return day(*(evaluator.evaluate(each, frame).value for each in node.args))
    name = external_name(node, frame)
    if name.startswith(_MODULE) and (name.removeprefix(_MODULE) in _FREQUENCIES or _is_day(name)):
        return getattr(rrule, name.removeprefix(_MODULE))
    return evaluator.evaluate(node, frame).value


def _is_day(name: str) -> bool:
    return name.startswith(_MODULE) and name.removeprefix(_MODULE) in _DAYS
