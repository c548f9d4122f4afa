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
    Difference(
        "A generator that a flow returns is a list of what it yields; with Prefect, it is lost.",
        {"final_states.generator_that_is_returned": "list"},
    ),
    Difference(
        "An error whose text cannot be made, because its `__str__` raises, is raised as itself; with "
        "Prefect, the error of its `__str__` is.",
        {"interruptions.error_whose_text_raises": "Own"},
    ),
    Difference(
        "A function for `flow_run_name` may take the parameters, as one for `task_run_name` may.",
        {"names.flow_run_name_is_a_function_with_an_argument": "no error"},
    ),
    Difference(
        "A flow without `version` has none; with Prefect, it is a hash of its file.",
        {"names.version_is_that_of_the_file_or_as_given": ["1.2", False]},
    ),
)
EXPECTED: dict[str, Any] = {case: answer for one in DIFFERENCES for case, answer in one.ours.items()}
