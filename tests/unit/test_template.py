"""Plain templates mean what they mean in Prefect, which is the judge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prefect.utilities.templating import apply_values, find_placeholders

from syntask_yaml.template import Scope, Unresolved, parse, resolve
from syntask_yaml.template.parser import Reference

VALUES: dict[str, Any] = {
    "tag": "v1",
    "count": 3,
    "ratio": 0.5,
    "flag": True,
    "names": ["a", "b"],
    "build": {"image": "x", "labels": {"team": "data"}, "list": [1, {"deep": "down"}]},
    "build-image": {"tag": "2"},
}
ENVIRON = {"HOME": "/home/somebody", "EMPTY": ""}
NAMES = st.sampled_from(
    [
        *VALUES,
        *(f"${name}" for name in ENVIRON),
        *("build.image", "build.labels.team", "build.labels", "build.list[0]", "build.list[1].deep"),
        "build-image.tag",
    ]
)
SPACES = st.sampled_from(["", " ", "  ", "\t"])
PLACEHOLDERS = st.builds(lambda name, left, right: f"{{{{{left}{name}{right}}}}}", NAMES, SPACES, SPACES)
TEXTS = st.text("ab :/-.$}\n'\"", max_size=6)
TEMPLATES = st.lists(PLACEHOLDERS | TEXTS, min_size=1, max_size=5).map("".join)


def resolved(template: Any) -> tuple[Any, list[Unresolved]]:
    problems: list[Unresolved] = []
    value = resolve(template, Scope(environ=ENVIRON, outputs=VALUES), problems.append)
    # A mapping inside a text is what Prefect makes of it, and a problem.
    return value, [each for each in problems if "is a mapping" not in each.reason.detail]


def judged(template: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRON.items():  # Prefect looks these up in the process
            patch.setenv(name, value)
        return apply_values(template, VALUES, warn_on_notset=False)


@settings(max_examples=400)
@given(TEMPLATES)
@example("{{tag}}{{ count }}")
@example("{{ names }} and {{ build }}")
@example("}}{{ tag }}{ {{ count }}")
def test_a_text_resolves_as_in_prefect(template: str) -> None:
    value, problems = resolved(template)

    assert problems == []
    assert value == judged(template)
    assert type(value) is type(judged(template))


@settings(max_examples=300)
@given(st.text("{} ab.$-[]0'|~\"\n", max_size=20))
def test_plain_names_are_found_where_prefect_finds_them(text: str) -> None:
    """Outside of quotes, which hide braces here."""
    if "'" in text or '"' in text:
        text = text.replace("'", "").replace('"', "")
    found = {part.raw for part in parse(text).placeholders if isinstance(part, Reference)}

    assert {placeholder.full_match for placeholder in find_placeholders(text)} == found


@settings(max_examples=200)
@given(
    st.recursive(
        TEMPLATES | st.integers() | st.none() | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_mappings_and_lists_resolve_as_in_prefect(value: Any) -> None:
    found, problems = resolved(value)

    assert problems == []
    assert found == judged(value)
