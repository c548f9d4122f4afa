"""Our dataclasses are those of the standard library in all but the time they take to make."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import pkgutil
import re
from dataclasses import KW_ONLY, FrozenInstanceError, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import syntask_yaml
from syntask_yaml import dataclass as module

ours, library = vars(module)["dataclass"], dataclasses.dataclass


def _classes(dataclass: Any) -> dict[str, type]:
    """A class of each kind."""

    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    @dataclass(frozen=True, slots=True)
    class Plain:
        """Two values, and one that is neither shown nor compared."""

        one: Any
        two: Any = 2
        hidden: Any = field(default=3, repr=False, compare=False)

    @dataclass(frozen=True, slots=True)
    class One:
        one: Any

    @dataclass(frozen=True, slots=True)
    class Made:
        made: list[Any] = field(default_factory=list)
        fixed: int = field(default=4, init=False)
        fresh: dict[str, Any] = field(default_factory=dict, init=False)

        def __post_init__(self) -> None:
            self.made.append("done")

    @dataclass(frozen=True, slots=True)
    class Keywords:
        one: Any
        _: KW_ONLY
        two: Any = 2

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Below(Plain):
        more: Any = None

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        one: Any

    @dataclass(frozen=True, slots=True)
    class Written:
        one: Any

        def __repr__(self) -> str:
            return "written"

        def __eq__(self, other: object) -> bool:
            return other == "written"

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        one: Any

    @dataclass
    class Open:
        one: Any

    return {name: found for name, found in locals().items() if isinstance(found, type)}


OURS, LIBRARY = _classes(ours), _classes(library)
_CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Nothing", (), {}),
    ("Plain", (1,), {}),
    ("Plain", (1, "x"), {"hidden": 5}),
    ("One", ((1, 2),), {}),
    ("One", (float("nan"),), {}),
    ("Made", (), {}),
    ("Made", ([1],), {}),
    ("Keywords", (1,), {"two": 5}),
    ("Below", (1,), {"more": 5}),
    ("Itself", (1,), {}),
    ("Written", (1,), {}),
    ("Ordered", (1,), {}),
    ("Open", (1,), {}),
]


@pytest.mark.parametrize("name", OURS)
def test_a_class_has_the_same_face(name: str) -> None:
    one, other = OURS[name], LIBRARY[name]

    assert set(dir(one)) == set(dir(other))
    assert _parameters(one) == _parameters(other)
    assert _fields(one) == _fields(other)


def test_a_class_keeps_what_is_said_about_it() -> None:
    assert OURS["Plain"].__doc__ == LIBRARY["Plain"].__doc__


def _parameters(made: type) -> list[tuple[Any, ...]]:
    found = inspect.signature(made).parameters.values()
    return [(each.name, each.kind, each.annotation, each.default is each.empty) for each in found]


def _fields(made: Any) -> list[tuple[Any, ...]]:
    return [(each.name, each.type, each.kw_only, each.compare) for each in dataclasses.fields(made)]


@pytest.mark.parametrize(("name", "arguments", "keywords"), _CALLS)
def test_an_instance_behaves_the_same(
    name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    one, other = (
        _facts(made[name], copy.deepcopy(arguments), copy.deepcopy(keywords)) for made in (OURS, LIBRARY)
    )

    assert one == other


def _facts(made: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    instance, again = made(*arguments, **keywords), made(*arguments, **keywords)
    names = [each.name for each in dataclasses.fields(made)]
    return {
        "shown": repr(instance),
        "values": repr(dataclasses.asdict(instance)),
        "is equal": (instance == again, instance == "written", instance == instance),
        "is copied": repr(dataclasses.asdict(copy.copy(instance))),
        "is copied deeply": repr(dataclasses.asdict(copy.deepcopy(instance))),
        "state": repr(instance.__getstate__()),
        "is hashed": _outcome(lambda: hash(instance) == hash(again)),
        "changed": [_outcome(lambda: setattr(instance, name, 9)) for name in names],  # noqa: B023
        "deleted": [_outcome(lambda: delattr(instance, name)) for name in names],  # noqa: B023
        "too many": _outcome(lambda: made(*range(9))),
        "unheard": _outcome(lambda: made(*arguments, **keywords, unheard=1)),
    }


def _outcome(call: Any) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001  (the kind is what is compared)
        return type(error), str(error)


@module.dataclass(frozen=True, slots=True)
class Pickled:
    """One that its module names."""

    one: Any
    two: Any = field(default=2, compare=False)


def test_an_instance_is_pickled_and_replaced() -> None:
    instance = Pickled(1, two=3)

    assert dataclasses.asdict(pickle.loads(pickle.dumps(instance))) == {"one": 1, "two": 3}
    assert dataclasses.asdict(dataclasses.replace(instance, one=5)) == {"one": 5, "two": 3}
    with pytest.raises(FrozenInstanceError):
        instance.one = 5  # type: ignore[misc]


def test_what_is_no_field_is_not_set_either() -> None:
    """In the library, Python 3.11 stumbles over the class without slots that it replaced."""
    with pytest.raises(FrozenInstanceError, match="'unheard'"):
        Pickled(1).unheard = 9  # type: ignore[attr-defined]


def test_one_that_holds_itself_is_shown() -> None:
    held: list[Any] = []
    held.append(OURS["One"](held))

    assert repr(held[0]).endswith("One(one=[...])")


def test_one_of_another_class_is_not_equal() -> None:
    class Beside(Pickled):
        __slots__ = ()

    assert Pickled(1) != Beside(1)


def test_every_frozen_class_with_slots_is_made_quickly() -> None:
    """Else Python 3.11 takes four times as long for each, at every start."""
    root = Path(syntask_yaml.__file__).parent
    named = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    texts = {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in root.rglob("*.py")
    }
    found = {name for name, text in texts.items() if "@dataclass(frozen=True, slots=True" in text}

    assert found
    assert {name for name in found if named.search(texts[name])} == set(), (
        "write `from syntask_yaml.dataclass import dataclass`"
    )


def test_all_classes_of_the_package_take_what_the_library_would_take() -> None:
    """The parameters of each, from the library's own reading of its fields."""
    seen = 0
    for found in pkgutil.walk_packages(syntask_yaml.__path__, "syntask_yaml."):
        if found.name.endswith(".__main__"):
            continue
        for made in vars(import_module(found.name)).values():
            if getattr(made, "__setattr__", None) is vars(module)["_refuse_to_set"]:
                seen += 1
                taken = inspect.signature(made).parameters
                assert sorted(taken) == sorted(each.name for each in dataclasses.fields(made) if each.init)
    assert seen > 300
