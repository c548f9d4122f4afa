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
        "Methods are bound to their own object: `first.method` stays bound to `first` after "
        "`second.method` is accessed. With Prefect, both are then bound to `second`.",
        {"objects.two_instances_do_not_meet": [1, 2]},
    ),
    Difference(
        "If a flow returns a generator, the result is a list of the values that it yields; with Prefect, "
        "they are lost.",
        {"final_states.generator_that_is_returned": "list"},
    ),
    Difference(
        "An exception whose `__str__` raises is raised itself; with Prefect, the exception from `__str__` "
        "is raised instead.",
        {"interruptions.error_whose_text_raises": "Own"},
    ),
    Difference(
        "A function for `flow_run_name` may take the parameters, like one for `task_run_name`.",
        {"names.flow_run_name_is_a_function_with_an_argument": "no error"},
    ),
    Difference(
        "A flow without `version` has none; with Prefect, it is a hash of the file.",
        {"names.version_is_that_of_the_file_or_as_given": ["1.2", False]},
    ),
    Difference(
        "A generator that is passed to a task reaches it unchanged; with Prefect, it is exhausted.",
        {"submitting.generator_as_an_argument": [1, 2]},
    ),
    Difference(
        "Futures are resolved in every mapping type, such as `defaultdict`; with Prefect, that is an error.",
        {"submitting.futures_in_other_mappings": [["OrderedDict", [["k", 1]]], ["defaultdict", [["k", 1]]]]},
    ),
    Difference(
        "A list and a tuple are different inputs for a cache.",
        {"caching.key_of_sequences": [False]},
    ),
    Difference(
        "A result that JSON cannot represent, such as an instance of your own class, is stored only with "
        '`result_serializer="pickle"`; otherwise a warning says that it is not stored.',
        {
            "caching.result_that_is_a_data_class": [2, ["_Point", "_Point"], True],
            "caching.result_that_is_a_lambda": [5, 5, 2],
        },
    ),
    Difference(
        "Modifying a result after its task has ended does not change the cache.",
        {"caching.kept_result_is_not_the_same_object": [1]},
    ),
    Difference(
        "`return_state=True` for a generator is an error, because it has no state yet.",
        {"objects.generator_task_returns_its_state": "ValueError"},
    ),
    Difference(
        "`retry_delay_seconds` of a flow may be a list, like that of a task.",
        {"retries.flow_delay_is_a_list": "no error"},
    ),
    Difference(
        "The parameters of a flow run are those after conversion; with Prefect, those before it.",
        {"contexts.parameters_of_a_flow_run": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]},
    ),
    Difference(
        "A dict or list that matches its annotation is passed to the flow unchanged; with Prefect, as a "
        "copy.",
        {"parameters.dict_that_fits": ["True", "True"]},
    ),
    Difference(
        "Ctrl-C in a hook ends the program; with Prefect, it is logged, and the run continues.",
        {"hooks.hook_that_interrupts": "KeyboardInterrupt"},
    ),
)
EXPECTED: dict[str, Any] = {case: answer for one in DIFFERENCES for case, answer in one.ours.items()}
