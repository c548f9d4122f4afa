"""Reading what a docstring says of each parameter, as Prefect reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.project.flows.docstring import parameter_descriptions
from tests.unit.project.flows.judge import reads_docstrings

WORDS = st.sampled_from(
    (
        "Args:|args:|Arguments:|Parameters:|Params:|Keyword Args:|Returns:|Raises:|Example:|Examples:"
        "|Note: hi|x: a value|x (int): a|y: b: c|y (list[int], optional): z|*args: q|no colon|```|```python"
        "|>>> a||  |Args: x|Args :|x : y|\tq: x|-----|Attributes:|(a): b|Warns:|See Also:|Yields:"
        "|Type Args:|Methods:"
    ).split("|")
)
INDENTS = st.sampled_from([0, 0, 2, 4, 4, 5, 8, 12])
LINES = st.builds(lambda indent, word: " " * indent + word, INDENTS, WORDS)


@pytest.fixture(name="reference", scope="module")
def _reference() -> Callable[[str], Mapping[str, str]]:
    return reads_docstrings()


@settings(max_examples=500, deadline=None)
@given(lines=st.lists(LINES, max_size=14))
def test_any_docstring_is_read_as_prefect_reads_it(
    lines: list[str], reference: Callable[[str], Mapping[str, str]]
) -> None:
    text = "\n".join(lines)

    assert reference(text) == parameter_descriptions(text)


@pytest.mark.parametrize("docstring", [None, "", "Only a summary.", "Args:", "Args:\n"])
def test_a_docstring_may_say_nothing_of_parameters(docstring: str | None) -> None:
    assert parameter_descriptions(docstring) == {}


@pytest.mark.parametrize(
    "docstring",
    [
        "Do.\n\n:param x: first\n:type x: int\n",
        "Do.\n\nParameters\n----------\nx : int\n    first\n",
        "Do.\n\n@param x: first\n",
    ],
    ids=["sphinx", "numpy", "epytext"],
)
def test_other_styles_are_not_read_as_prefect_does_not_read_them(
    docstring: str, reference: Callable[[str], Mapping[str, str]]
) -> None:
    assert reference(docstring) == {} == parameter_descriptions(docstring)
