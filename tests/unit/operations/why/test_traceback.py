"""Where an exception was raised, by what Python writes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syntask_yaml.model.run import LogLine
from syntask_yaml.operations.why.traceback import Raised, raised_in

SIMPLE = """\
Traceback (most recent call last):
  File "/srv/flows.py", line 3, in load
    check(order)
  File "/srv/orders.py", line 7, in check
    raise ValueError("no customer")
ValueError: no customer"""
IN_A_LIBRARY = """\
Encountered exception during execution: KeyError('a')
Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/prefect/flow_engine.py", line 9, in call
    fn()
  File "/srv/flows.py", line 3, in load
    frame["a"]
    ~~~~~^^^^^
  File "/venv/lib/python3.11/site-packages/pandas/core/frame.py", line 3807, in __getitem__
    raise KeyError(key)
pandas.errors.Missing: 'a'"""
CHAIN = f"""\
{SIMPLE}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/flows.py", line 5, in load
    raise RuntimeError("gave up")
RuntimeError: gave up
after three tries"""
WRAPPED = """\
Traceback (most recent call last):
  File "/srv/flows.py", line 2, in <module>
    import nosuchmodule
ModuleNotFoundError: No module named 'nosuchmodule'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/prefect/utilities/importtools.py", line 128, in load
    raise ScriptError(user_exc=exc, path=path) from exc
prefect.exceptions.ScriptError: Script at 'flows.py' encountered an exception"""
SYNTAX = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/importlib/__init__.py", line 126, in import_module
    return _bootstrap._gcd_import(name)
  File "/srv/flows.py", line 4
    def load(:
             ^
SyntaxError: invalid syntax"""


def line(message: str, level: int = 40) -> LogLine:
    return LogLine(datetime(2026, 3, 2, tzinfo=UTC), level, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SIMPLE, Raised("ValueError: no customer", "/srv/orders.py", 7, "check")),
        (IN_A_LIBRARY, Raised("pandas.errors.Missing: 'a'", "/srv/flows.py", 3, "load")),
        (CHAIN, Raised("RuntimeError: gave up", "/srv/flows.py", 5, "load")),
        (
            WRAPPED,
            Raised("ModuleNotFoundError: No module named 'nosuchmodule'", "/srv/flows.py", 2, "<module>"),
        ),
        (SYNTAX, Raised("SyntaxError: invalid syntax", "/srv/flows.py", 4, "")),
    ],
    ids=["own", "library", "chain", "wrapped", "syntax"],
)
def test_the_last_frame_of_the_user_is_the_place(text: str, expected: Raised) -> None:
    assert raised_in([line(text)], message=None) == expected


def test_only_the_exception_of_the_state_counts() -> None:
    """A flow may log exceptions that it handled; the class has no module in the state's message."""
    lines = [line(IN_A_LIBRARY), line(SIMPLE), line("done", 20)]
    found = raised_in(lines, message="Flow run encountered an exception: Missing: 'a'")
    assert found is not None
    assert found.line == 3
    assert raised_in(lines, message="TypeError: x") is None


@pytest.mark.parametrize(
    "text", ["", "Traceback (most recent call last):", "ValueError: x", '  File "x", line 1']
)
def test_what_is_no_traceback_is_none(text: str) -> None:
    assert raised_in([line(text)], message=None) is None


def test_a_traceback_without_a_file_of_the_user_has_no_place() -> None:
    text = 'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nOSError: x'
    assert raised_in([line(text)], message=None) == Raised("OSError: x")


def test_information_is_no_error() -> None:
    assert raised_in([line(SIMPLE, 20)], message=None) is None
