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
    Difference(
        "A generator as an argument reaches the task as it is; with Prefect, it is used up.",
        {"submitting.generator_as_an_argument": [1, 2]},
    ),
    Difference(
        "Futures in every mapping are resolved, such as `defaultdict`; with Prefect, that is an error.",
        {"submitting.futures_in_other_mappings": [["OrderedDict", [["k", 1]]], ["defaultdict", [["k", 1]]]]},
    ),
    Difference(
        "A list and a tuple are different inputs for a cache.",
        {"caching.key_of_sequences": [False]},
    ),
    Difference(
        "A result that JSON cannot hold, such as an object of an own class, is kept only by a task with "
        '`result_serializer="pickle"`; otherwise a warning says that it is not.',
        {
            "caching.result_that_is_a_data_class": [2, ["_Point", "_Point"], True],
            "caching.result_that_is_a_lambda": [5, 5, 2],
        },
    ),
    Difference(
        "A result that is changed after its task does not change in the cache.",
        {"caching.kept_result_is_not_the_same_object": [1]},
    ),
    Difference(
        "`return_state=True` for a generator is an error, since it has no state yet.",
        {"objects.generator_task_returns_its_state": "ValueError"},
    ),
    Difference(
        "`retry_delay_seconds` of a flow may be a list, as that of a task.",
        {"retries.flow_delay_is_a_list": "no error"},
    ),
    Difference(
        "The parameters of a flow run are those that the flow gets; with Prefect, those before they are "
        "converted.",
        {"contexts.parameters_of_a_flow_run": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]},
    ),
    Difference(
        "A dict or list that fits its annotation reaches the flow as it is; with Prefect, as a copy.",
        {"parameters.dict_that_fits": ["True", "True"]},
    ),
    Difference(
        "Ctrl-C in a hook ends the program; with Prefect, it is logged, and the run goes on.",
        {"hooks.hook_that_interrupts": "KeyboardInterrupt"},
    ),
)
EXPECTED: dict[str, Any] = {case: answer for one in DIFFERENCES for case, answer in one.ours.items()}
