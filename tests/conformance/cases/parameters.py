"""How arguments become parameters: conversion, defaults, and what is refused."""

import datetime
import enum
from dataclasses import dataclass
from typing import Any, Literal, Optional, Union

from _observing import error_class, shown
from syntask import flow, task


def _given(function, *args, **kwargs):
    """What a flow gets, as text, or the class of the error."""
    try:
        return repr(flow(function)(*args, **kwargs))
    except Exception as error:
        return type(error).__name__


def without_annotation():
    return _given(lambda x: x, "5")


def int_from_text():
    def main(x: int):
        return x

    return [_given(main, "5"), _given(main, 5), _given(main, "five"), _given(main, 5.0), _given(main, 5.5)]


def float_from_text_and_int():
    def main(x: float):
        return x

    return [_given(main, "5.5"), _given(main, 5), _given(main, "nan")]


def bool_from_text_and_int():
    def main(x: bool):
        return x

    return [_given(main, given) for given in ("true", "no", "off", 1, 0, "maybe", 2)]


def text_from_int():
    def main(x: str):
        return x

    return [_given(main, 5), _given(main, "5"), _given(main, b"5")]


def optional():
    def main(x: Optional[int] = None):
        return x

    return [_given(main), _given(main, None), _given(main, "5"), _given(main, "")]


def union_keeps_what_fits():
    def main(x: Union[int, str]):
        return x

    return [_given(main, 5), _given(main, "5"), _given(main, "five")]


def new_union():
    def main(x: int | None):
        return x

    return [_given(main, "5"), _given(main, None)]


def list_of_int():
    def main(x: list[int]):
        return x

    return [_given(main, ["1", 2]), _given(main, (1, 2)), _given(main, "12"), _given(main, {3})]


def tuple_of_two():
    def main(x: tuple[int, str]):
        return x

    return [_given(main, ["1", "b"]), _given(main, [1, "b", 2])]


def set_of_text():
    def main(x: set[str]):
        return x

    return [_given(main, ["a", "a"]), _given(main, "a")]


def dict_of_int():
    def main(x: dict[str, int]):
        return x

    return [_given(main, {"a": "1"}), _given(main, {1: 1}), _given(main, [("a", 1)])]


def date_and_time():
    def main(day: datetime.date, at: datetime.datetime):
        return [day.isoformat(), at.isoformat()]

    return [
        _given(main, "2024-02-29", "2024-02-29T10:00:00"),
        _given(main, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 10)),
        _given(main, "2023-02-29", "2024-02-29T10:00:00"),
    ]


def duration():
    def main(x: datetime.timedelta):
        return x.total_seconds()

    return [_given(main, 90), _given(main, "PT1M"), _given(main, datetime.timedelta(seconds=3))]


def literal():
    def main(x: Literal["a", "b"]):
        return x

    return [_given(main, "a"), _given(main, "c")]


def enumeration():
    class Colour(enum.Enum):
        RED = "red"

    def main(x: Colour):
        return x.name

    return [_given(main, "red"), _given(main, Colour.RED), _given(main, "blue")]


def data_class():
    @dataclass
    class Point:
        x: int
        y: int = 0

    def main(point: Point):
        return [type(point).__name__, point.x, point.y]

    return [_given(main, {"x": "1"}), _given(main, Point(1, 2)), _given(main, {"y": 1})]


def any_object():
    class Own:
        def __repr__(self):
            return "own"

    def main(x: Any, y: object):
        return [x, y]

    return _given(main, Own(), Own())


def own_class():
    class Own:
        def __repr__(self):
            return "own"

    def main(x: Own):
        return x

    return [_given(main, Own()), _given(main, "no")]


def default():
    def main(x: int = 5):
        return x

    return [_given(main), _given(main, 6)]


def default_is_converted():
    def main(x: int = "7"):
        return x

    return _given(main)


def missing():
    return _given(lambda x: x)


def one_too_many():
    return _given(lambda x: x, 1, 2)


def unknown_keyword():
    return _given(lambda x: x, 1, y=2)


def given_twice():
    return _given(lambda x: x, 1, x=2)


def variable_number():
    def main(first, *rest, **named):
        return [first, rest, sorted(named.items())]

    return [_given(main, 1), _given(main, 1, 2, 3, a=4)]


def annotated_variable_number():
    def main(*numbers: int, **named: int):
        return [numbers, named]

    return _given(main, "1", "2", a="3")


def keyword_only():
    def main(*, x: int):
        return x

    return [_given(main, x="1"), _given(main, 1)]


def positional_only():
    def main(x: int, /, y: int = 2):
        return [x, y]

    return [_given(main, "1"), _given(main, "1", y="3")]


def without_validation():
    @flow(validate_parameters=False)
    def main(x: int):
        return x

    return main("5")


def missing_without_validation():
    @flow(validate_parameters=False)
    def main(x):
        return x

    return error_class(main)


def wrong_parameters_of_a_root_flow_are_a_failure():
    @flow
    def main(x: int):
        return x

    return shown(main("five", return_state=True))


def wrong_parameters_are_not_tried_again():
    calls = []

    @flow(retries=2)
    def main(x: int):
        calls.append(x)

    return [error_class(main, "five"), calls]


def missing_parameters_of_a_root_flow_raise():
    @flow
    def main(x):
        return x

    return error_class(main, return_state=True)


def tasks_do_not_convert():
    @task
    def take(x: int):
        return x

    @flow
    def main():
        return take("5")

    return main()


def missing_argument_of_a_task():
    @task
    def take(x):
        return x

    @flow
    def main():
        return error_class(take)

    return main()


def unknown_argument_of_a_task():
    @task
    def take(x):
        return x

    @flow
    def main():
        return error_class(take, 1, y=2)

    return main()


def task_has_defaults_and_variable_arguments():
    @task
    def take(a, b=2, *rest, c=3, **named):
        return [a, b, list(rest), c, named]

    @flow
    def main():
        return [take(1), take(1, 5, 6, 7, c=8, d=9)]

    return main()


def argument_may_be_changed():
    @flow
    def main(items):
        items.append(1)
        return items

    given = []
    main(given)
    return given


def reserved_name_is_refused():
    def main(return_state):
        return return_state

    return [error_class(flow, main), error_class(task, main)]


def pydantic_model():
    from pydantic import BaseModel

    class Order(BaseModel):
        item: str
        amount: int = 1

    def main(order: Order):
        return [type(order).__name__, order.item, order.amount]

    return [_given(main, {"item": "x", "amount": "3"}), _given(main, Order(item="y")), _given(main, {})]


def annotated_with_pydantic():
    from typing import Annotated

    from pydantic import Field

    def main(x: Annotated[int, Field(gt=0)]):
        return x

    return [_given(main, "1"), _given(main, 0)]


def annotations_as_text():
    namespace = {}
    exec(
        "from __future__ import annotations\ndef main(x: int, y: 'list[int]'):\n    return [x, y]", namespace
    )
    return _given(namespace["main"], "1", ["2"])


def unresolvable_annotation():
    namespace = {}
    exec("from __future__ import annotations\ndef main(x: Nowhere):\n    return x", namespace)
    return error_class(flow, namespace["main"])


def list_default_is_shared_as_in_python():
    @flow
    def main(items=[]):  # noqa: B006
        items.append(1)
        return len(items)

    return [main(), main()]


def nested_types():
    def main(x: dict[str, list[tuple[int, float]]]):
        return x

    return _given(main, {"a": [["1", "2.5"]]})


def optional_list_of_data_classes():
    @dataclass
    class Point:
        x: int

    def main(points: list[Point] | None = None):
        return [point.x for point in points or []]

    return [_given(main), _given(main, [{"x": "1"}, {"x": 2}])]


def path_and_uuid_and_decimal():
    import uuid
    from decimal import Decimal
    from pathlib import Path

    def main(path: Path, id: uuid.UUID, price: Decimal):
        return [path.name, str(id)[:4], str(price)]

    return _given(main, "a/b", "12345678-1234-5678-1234-567812345678", "1.10")


def bytes_from_text():
    def main(x: bytes):
        return x

    return [_given(main, "a"), _given(main, b"a")]


def callable_and_type():
    from collections.abc import Callable

    def main(x: Callable, y: type):
        return [callable(x), y.__name__]

    return [_given(main, len, int), _given(main, 5, int)]


def integer_enumeration():
    class Level(enum.IntEnum):
        LOW = 1

    def main(x: Level):
        return x.name

    return [_given(main, 1), _given(main, "1"), _given(main, 2)]


def large_and_negative_numbers():
    def main(x: int):
        return x

    return [
        _given(main, 10**30),
        _given(main, "-5"),
        _given(main, " 5 "),
        _given(main, "1_000"),
        _given(main, True),
    ]


def none_for_an_int():
    def main(x: int):
        return x

    return _given(main, None)


def none_as_a_default():
    def main(x: int = None):  # noqa: RUF013
        return x

    return [_given(main), _given(main, None)]


def sequence_and_mapping():
    from collections.abc import Iterable, Mapping, Sequence

    def main(x: Sequence[int], y: Mapping[str, int], z: Iterable[int]):
        return [type(x).__name__, dict(y), list(z)]

    return _given(main, ("1", 2), {"a": "1"}, ["3"])


def frozen_set_and_deque():
    from collections import deque

    def main(x: frozenset[int], y: deque[int]):
        return [sorted(x), list(y)]

    return _given(main, ["1"], ["2"])


def futures_are_resolved_before_conversion():
    @task
    def five():
        return "5"

    @flow
    def child(x: int):
        return x

    @flow
    def main():
        return child(five.submit())

    return main()


def state_as_a_parameter():
    @task
    def five():
        return 5

    @flow
    def child(x: int):
        return x

    @flow
    def main():
        return child(five(return_state=True))

    return main()


def dict_that_fits():
    given = {"a": [1]}

    def main(x: dict):
        return x is given

    return [_given(main, given), _given(lambda x: x is given, given)]


def parameters_named_like_methods():
    @flow
    def main(name, state, run, self_=1, args=2, kwargs=3):
        return [name, state, run, args, kwargs]

    return main(1, 2, run=3, kwargs=4)


def task_parameters_named_like_options():
    @task
    def take(parameters, name, task_run_id=None, dependencies=None):
        return [parameters, name, task_run_id, dependencies]

    @flow
    def main():
        return take({"a": 1}, name="b", task_run_id=2, dependencies=3)

    return main()


def named_wait_for():
    def main(wait_for):
        return wait_for

    return [error_class(flow, main), error_class(task, main)]


def self_referencing_default():
    @flow
    def main(x=1, y=None):
        y = y if y is not None else x + 1
        return [x, y]

    return [main(), main(5), main(y=7)]


def new_type_and_alias():
    from typing import NewType

    user_id = NewType("user_id", int)

    def main(x: user_id):
        return x

    return [_given(main, "5"), _given(main, "x")]


def type_variable():
    from typing import TypeVar

    some = TypeVar("some", bound=int)

    def main(x: some):
        return x

    return _given(main, "5")


def secret_string():
    from pydantic import SecretStr

    def main(x: SecretStr):
        return [str(x), x.get_secret_value()]

    return _given(main, "hush")


def strict_pydantic_model():
    from pydantic import BaseModel, ConfigDict

    class Order(BaseModel):
        model_config = ConfigDict(extra="forbid")
        item: str

    def main(order: Order):
        return order.item

    return [_given(main, {"item": "a"}), _given(main, {"item": "a", "more": 1})]


def nested_pydantic_models():
    from pydantic import BaseModel

    class Line(BaseModel):
        amount: int

    class Order(BaseModel):
        lines: list[Line]

    def main(order: Order):
        return [line.amount for line in order.lines]

    return _given(main, {"lines": [{"amount": "3"}]})


def date_from_a_datetime_and_a_number():
    def main(day: datetime.date):
        return day.isoformat()

    return [
        _given(main, datetime.datetime(2024, 2, 29)),
        _given(main, datetime.datetime(2024, 2, 29, 5)),
        _given(main, "x"),
    ]


def time_zones_are_kept():
    def main(at: datetime.datetime):
        return [at.isoformat(), at.tzinfo is None]

    return [_given(main, "2024-02-29T10:00:00Z"), _given(main, "2024-02-29T10:00:00+02:00"), _given(main, 0)]
