"""Where our flow code is meant to differ from Prefect's: the reason, and what ours answers instead.

`docs/compatibility.md` has each reason in the same words.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One reason, and by case what ours answers."""

    reason: str
    ours: dict[str, Any]


DIFFERENCES = (
    Difference(
        "Methods of two objects do not meet: `first.method` stays bound to `first` after `second.method` is "
        "asked for.",
        {"objects.two_instances_do_not_meet": [1, 2]},
    ),
)
EXPECTED: dict[str, Any] = {case: answer for one in DIFFERENCES for case, answer in one.ours.items()}
