"""Edits of a project file, by example. What random edits show is in `test_editor_properties`."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.document.editor import (
    add_entries,
    add_entry,
    difference,
    replace_entry,
    set_values,
    unset_values,
)
from syntask_yaml.errors import EditRefused, NotFound, ProjectInvalid

ENTRY = {"name": "b", "entrypoint": "f.py:b"}
INDENTED = "  - name: b\n    entrypoint: f.py:b\n"
LEVEL = "- name: b\n  entrypoint: f.py:b\n"
BRACKETS = "{name: b, entrypoint: f.py:b}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", f"deployments:\n{INDENTED}", id="no file"),
        pytest.param("# c\n", f"# c\ndeployments:\n{INDENTED}", id="comments only"),
        pytest.param("---\n", f"---\ndeployments:\n{INDENTED}", id="nothing behind the mark"),
        pytest.param("~\n", f"deployments:\n{INDENTED}", id="null"),
        pytest.param("name: p", f"name: p\ndeployments:\n{INDENTED}"[:-1], id="no line end"),
        pytest.param(
            "a: 1\n\nb: 2\n", f"a: 1\n\nb: 2\n\ndeployments:\n{INDENTED}", id="empty lines between keys"
        ),
        pytest.param("a: 1\n...\n", f"a: 1\ndeployments:\n{INDENTED}...\n", id="end mark"),
        pytest.param(
            "  a: 1\n", "  a: 1\n  deployments:\n    - name: b\n      entrypoint: f.py:b\n", id="indented"
        ),
        pytest.param("deployments:\nb: 1\n", f"deployments:\n{INDENTED}b: 1\n", id="nothing in it"),
        pytest.param("deployments: # c\n", f"deployments: # c\n{INDENTED}", id="nothing but a comment"),
        pytest.param("deployments: null # c\n", f"deployments: # c\n{INDENTED}", id="null in it"),
        pytest.param("deployments: []\n# c\n", f"deployments:\n{INDENTED}# c\n", id="empty list"),
        pytest.param(
            "deployments:\n  []\n  # c\n", f"deployments:\n{INDENTED}  # c\n", id="empty list below"
        ),
        pytest.param("deployments: [\n]\n", f"deployments:\n{INDENTED}", id="empty list of two lines"),
        pytest.param("{}\n", f"{{deployments: [{BRACKETS}]}}\n", id="brackets"),
        pytest.param("{a: 1}\n", f"{{a: 1, deployments: [{BRACKETS}]}}\n", id="brackets with a key"),
        pytest.param(
            "deployments: [{name: a}]\n", f"deployments: [{{name: a}}, {BRACKETS}]\n", id="list in brackets"
        ),
        pytest.param(
            'deployments: [\n  {"name": "a"} # c\n]\n',
            f'deployments: [\n  {{"name": "a"}}, # c\n  {BRACKETS}\n]\n',
            id="list in brackets on lines",
        ),
        pytest.param(
            "deployments: [\n  {name: a}, # c\n]\n",
            f"deployments: [\n  {{name: a}}, # c\n  {BRACKETS},\n]\n",
            id="comma behind the last",
        ),
        pytest.param(
            "deployments:\n- name: a\nx: 1\n",
            f"deployments:\n- name: a\n{LEVEL}x: 1\n",
            id="list at the margin",
        ),
        pytest.param(
            "deployments:\n  - name: a\n", f"deployments:\n  - name: a\n{INDENTED}", id="indented list"
        ),
        pytest.param(
            "deployments:\n    -   name: a\n        tags: []\n",
            "deployments:\n    -   name: a\n        tags: []\n    -   name: b\n        entrypoint: f.py:b\n",
            id="wide indentation",
        ),
        pytest.param(
            "deployments:\n  - name: a\n    # tags: [x]\n\n  # - name: z\n\n# end\n",
            f"deployments:\n  - name: a\n    # tags: [x]\n\n  # - name: z\n{INDENTED}\n# end\n",
            id="comments of the list stay in it",
        ),
        pytest.param(
            "deployments:\n- name: a\n\n# two\n- name: c\n\nx: 1\n",
            f"deployments:\n- name: a\n\n# two\n- name: c\n\n{LEVEL}\nx: 1\n",
            id="empty lines between entries",
        ),
        pytest.param(
            "deployments:\n- {name: a}\n",
            f"deployments:\n- {{name: a}}\n- {BRACKETS}\n",
            id="entries in brackets",
        ),
        pytest.param(
            "\ufeff# \t c\r\ndeployments:\r\n  - name: a\r\n",
            "\ufeff# \t c\r\ndeployments:\r\n  - name: a\r\n  - name: b\r\n    entrypoint: f.py:b\r\n",
            id="Windows",
        ),
        pytest.param(
            "deployments:\n  - name: a\n    description: |+\n      x\n\nz: 1\n",
            f"deployments:\n  - name: a\n    description: |+\n      x\n\n{INDENTED}z: 1\n",
            id="text that keeps its empty lines",
        ),
    ],
)
def test_entry_is_added(before: str, after: str) -> None:
    assert add_entry(before, ENTRY) == after


@pytest.mark.parametrize(
    "before",
    [
        "",
        "name: x\n",
        "deployments: []\n",
        "deployments: [{name: a}]\n",
        "deployments:\n- name: a\n\n- name: c\n# end\n",
        "deployments:\n  - {name: a}\n",
    ],
)
def test_several_entries_at_once_are_the_same_as_one_after_the_other(before: str) -> None:
    several = [{**ENTRY, "name": name} for name in ("b", "d", "e")]
    one_by_one = before
    for entry in several:
        one_by_one = add_entry(one_by_one, entry)

    assert add_entries(before, several) == one_by_one


def test_values_follow_the_style_of_the_file() -> None:
    """Lists, indentation and quotes; text of several lines is a block."""
    before = "deployments:\n- name: 'a'\n  parameters:\n      x: 1\n  tags:\n  - 'one: 1'\n"
    entry = {
        "name": "007",
        "parameters": {
            "on": "yes",
            "text": "one\ntwo\n",
            "none": None,
            "many": {},
            "n": [1, [2.5], {"a": True}],
        },
        "schedules": [{"cron": "*/5 * * * *"}],
    }

    assert add_entry(before, entry).removeprefix(before) == (
        "- name: '007'\n"
        "  parameters:\n"
        "      'on': 'yes'\n"
        "      text: |\n"
        "          one\n"
        "          two\n"
        "      none: null\n"
        "      many: {}\n"
        "      n:\n"
        "      - 1\n"
        "      - - 2.5\n"
        "      - a: true\n"
        "  schedules:\n"
        "  - cron: '*/5 * * * *'\n"
    )


SHARED = """\
definitions:
  pool: &pool {name: default, job_variables: {cpu: 1}}
  nightly: &nightly {cron: "0 1 * * *"}
deployments:
- name: a
  work_pool: *pool
  pull: &pull
  - run_shell_script: {script: "true"}
"""


def test_what_an_anchor_has_is_written_as_its_alias() -> None:
    """A pool, a schedule in a list, and a section; not tags that happen to be the same."""
    entry = {
        "name": "b",
        "work_pool": {"job_variables": {"cpu": 1}, "name": "default"},
        "schedules": [{"cron": "0 1 * * *"}],
        "pull": [{"run_shell_script": {"script": "true"}}],
        "parameters": {"cron": "0 1 * * *"},
    }

    assert add_entry(SHARED, entry).removeprefix(SHARED) == (
        "- name: b\n"
        "  work_pool: *pool\n"
        "  schedules:\n"
        "  - *nightly\n"
        "  pull: *pull\n"
        "  parameters:\n"
        "    cron: 0 1 * * *\n"
    )


def test_anchor_that_comes_later_or_differs_is_not_used() -> None:
    before = "deployments:\n- name: a\nx-pools:\n- &p {name: default}\n- &q {limit: 1.0}\n"

    after = add_entry(
        before, {"name": "b", "work_pool": {"name": "default"}, "concurrency_limit": {"limit": 1}}
    )

    assert "*" not in after


RICH = """\
deployments:
  - name: "a"  # the first
    # how often
    schedules:
      - cron: "0 1 * * *"  # at night
        active: true
      - {interval: 60, active: false}
    tags: [x,   'y']
    description: |
      one
      two
    paused:
  - name: c
    work_pool: &pool
      name: default  # of the team
      job_variables: {cpu: 1}
  - name: d
    work_pool: *pool
  - <<: {name: e, work_pool: {name: other}}
    paused: true
"""


@pytest.mark.parametrize(
    ("name", "path", "value", "gone", "come"),
    [
        ("a", ["name"], "z", '  - name: "a"  # the first', '  - name: "z"  # the first'),
        (
            "a",
            ["schedules", 0, "cron"],
            "5 1 * * *",
            '- cron: "0 1 * * *"  # at night',
            '- cron: "5 1 * * *"  # at night',
        ),
        (
            "a",
            ["schedules", 1, "active"],
            True,
            "{interval: 60, active: false}",
            "{interval: 60, active: true}",
        ),
        ("a", ["schedules", "1", "slug"], "s", "60, active: false}", "60, active: false, slug: s}"),
        ("a", ["tags", 1], "it's", "'y'", "'it''s'"),
        ("a", ["tags", 2], "a, b", "'y']", "'y', \"a, b\"]"),
        ("a", ["tags"], ["'y'"[1:-1]], "[x,   'y']", "['y']"),
        ("a", ["tags"], "x", "[x,   'y']", "x"),
        ("a", ["description"], "three", "|\n      one\n      two\n", "three\n"),
        ("a", ["description"], "1\n2", "|\n      one\n      two\n", "|-\n      1\n      2\n"),
        ("a", ["paused"], False, "paused:\n", "paused: false\n"),
        ("a", ["paused"], {"x": [1]}, "paused:\n", "paused:\n      x:\n        - 1\n"),
        (
            "a",
            ["schedules"],
            [{"cron": "0 1 * * *", "active": True}],
            "      - {interval: 60, active: false}\n",
            "",
        ),
        (
            "a",
            ["schedules"],
            [],
            '\n      - cron: "0 1 * * *"  # at night\n        active: true\n'
            "      - {interval: 60, active: false}\n",
            " []\n",
        ),
        ("c", ["concurrency_limit"], 2, "cpu: 1}\n", "cpu: 1}\n    concurrency_limit: 2\n"),
        (
            "d",
            ["work_pool", "name"],
            "big",
            "work_pool: *pool\n",
            "work_pool:\n      <<: *pool\n      name: big\n",
        ),
        ("d", ["work_pool"], {"name": "big"}, "work_pool: *pool\n", "work_pool:\n      name: big\n"),
        (
            "e",
            ["work_pool", "name"],
            "big",
            "paused: true\n",
            "paused: true\n    work_pool:\n      name: big\n",
        ),
        ("e", ["name"], "f", "paused: true\n", "paused: true\n    name: f\n"),
    ],
)
def test_value_is_set_in_place(name: str, path: list[str | int], value: Any, gone: str, come: str) -> None:
    """Only what was meant is written anew, with the quotes and comments that are there."""
    assert RICH.count(gone) == 1

    assert set_values(RICH, name, [(path, value)]) == RICH.replace(gone, come)


def test_same_value_changes_nothing() -> None:
    assert set_values(RICH, "d", [(["work_pool", "job_variables", "cpu"], 1)]) == RICH


def test_number_is_not_true() -> None:
    """Values that Python finds equal are told apart."""
    assert "paused: 1\n" in set_values("deployments: [\n{name: a,\npaused: true\n}]", "a", [(["paused"], 1)])


def test_replaced_entry_keeps_what_stays() -> None:
    entry = {
        "name": "a",
        "schedules": [{"interval": 60, "active": False}],
        "tags": ["x", "y"],
        "entrypoint": "f.py:a",
    }

    after = replace_entry(RICH, "a", entry)

    assert after.startswith(
        'deployments:\n  - name: "a"  # the first\n    # how often\n    schedules:\n'
        "      - {interval: 60, active: false}\n    tags: [x,   'y']\n    entrypoint: f.py:a\n  - name: c\n"
    )
    assert after.endswith(RICH[RICH.index("  - name: c") :])


def refusal(error: pytest.ExceptionInfo[EditRefused]) -> tuple[str, str]:
    """What is marked, and why."""
    span = error.value.span
    return (span.text if span is not None else "", error.value.detail)


@pytest.mark.parametrize(
    ("text", "marked", "why"),
    [
        ("- 1\n", "- 1", "A project file must be a mapping, and this one is not."),
        ("deployments: none\n", "none", "`deployments` is not a list."),
        ("deployments: {a: 1}\n", "{a: 1}", "`deployments` is not a list."),
        (
            "x: &l [{name: a}]\ndeployments: *l\n",
            "*l",
            "`deployments` is `*l`, so an added entry would also be added to the anchor.",
        ),
        (
            "x: &x {deployments: [{name: a}]}\n<<: *x\n",
            "x: &x {deployments: [{name: a}]}",
            "`deployments` comes from a merge key (`<<`).",
        ),
        (
            "x: |\n  one",
            "|",
            "This text ends the file without a line break, and adding anything after it would add one.",
        ),
    ],
)
def test_refused_where_something_else_would_change(text: str, marked: str, why: str) -> None:
    """With the place that is in the way."""
    with pytest.raises(EditRefused) as error:
        add_entry(text, ENTRY)

    assert refusal(error) == (marked, why)


def test_value_that_others_use_is_not_changed() -> None:
    with pytest.raises(EditRefused) as error:
        set_values(RICH, "c", [(["work_pool", "name"], "big")])

    assert refusal(error) == (
        "&pool",
        "`&pool` is also used on line 18, which would change with it.",
    )


def test_merged_key_cannot_be_removed() -> None:
    with pytest.raises(EditRefused):
        replace_entry(RICH, "e", {"name": "e", "paused": True})


def test_unknown_names_and_places() -> None:
    with pytest.raises(NotFound, match="no deployment `x`"):
        set_values(RICH, "x", [(["paused"], True)])
    with pytest.raises(NotFound, match="none with the index 9"):
        set_values(RICH, 9, [(["paused"], True)])
    with pytest.raises(NotFound, match="`schedules` has no item 5"):
        set_values(RICH, "a", [(["schedules", 5], {})])
    with pytest.raises(NotFound, match="`name` is not a mapping, so it has no key `x`"):
        set_values(RICH, "a", [(["name", "x"], 1)])
    with pytest.raises(NotFound, match="`tags` is a list, and `x` is not an index"):
        set_values(RICH, "a", [(["tags", "x"], 1)])


def test_name_of_several_needs_an_index() -> None:
    text = "deployments:\n- {name: a}\n- {name: a}\n"
    with pytest.raises(EditRefused, match="2 deployments are named `a`"):
        set_values(text, "a", [(["paused"], True)])

    assert (
        set_values(text, 1, [(["paused"], True)]) == "deployments:\n- {name: a}\n- {name: a, paused: true}\n"
    )


def test_text_that_is_no_yaml() -> None:
    with pytest.raises(ProjectInvalid):
        add_entry("a: [", ENTRY)


def test_difference_shows_the_lines_around() -> None:
    """With the numbers that they have in the whole file."""
    before = "".join(f"line {number}\n" for number in range(1, 31))

    assert difference(before, before.replace("line 20\n", "line 20\nnew\n"), file="f.yaml") == (
        "--- f.yaml\n+++ f.yaml\n@@ -18,6 +18,7 @@\n"
        " line 18\n line 19\n line 20\n+new\n line 21\n line 22\n line 23\n"
    )
    assert difference(before, before) == ""
    assert difference("a", "a\nb") == (
        "--- syntask.yaml\n+++ syntask.yaml\n@@ -1 +1,2 @@\n"
        "-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n"
    )


def test_a_block_of_text_that_comes_last_ends_its_line() -> None:
    """Though the file had no line end: without it the text would have none, too."""
    after = add_entry("deployments:\n- name: a", {"name": "b", "description": "one\ntwo\n"})

    assert after == "deployments:\n- name: a\n- name: b\n  description: |\n    one\n    two\n"


@pytest.mark.parametrize(
    ("before", "paths", "after"),
    [
        pytest.param(
            "- name: a\n  # why\n  x: 1  # one\n  y: 2\n",
            [("x",)],
            "- name: a\n  # why\n  y: 2\n",
            id="a comment behind goes, one above stays",
        ),
        pytest.param(
            "- name: a\n  x: 1  # one,\n        # and more\n  # y\n  y: 2\n",
            [("x",)],
            "- name: a\n  # y\n  y: 2\n",
            id="a comment over several lines",
        ),
        pytest.param(
            "- name: a\n  parameters:\n    x: 1\n    # y: 2\n\n  z: 3\n",
            [("parameters",)],
            "- name: a\n\n  z: 3\n",
            id="what is commented out in a section",
        ),
        pytest.param(
            "- name: a\n  parameters:\n    x: 1\n  z: 3\n",
            [("parameters", "x")],
            "- name: a\n  z: 3\n",
            id="the last key of a section",
        ),
        pytest.param(
            "- name: a\n  pull:\n  - step:\n      x: 1\n",
            [("pull", 0, "step", "x")],
            "- name: a\n  pull:\n  - step: {}\n",
            id="a value without keys",
        ),
        pytest.param(
            "- x: 1  # one\n  name: a\n", [("x",)], "- name: a\n", id="a key on the line of the dash"
        ),
        pytest.param("- {name: a, x: 1, y: 2}\n", [("x",)], "- {name: a, y: 2}\n", id="brackets"),
        pytest.param("- name: a\n  x: |\n    b\n\n    c\n", [("x",)], "- name: a\n", id="a block of text"),
        pytest.param("- name: a\n  x: 1", [("x",)], "- name: a", id="no line end"),
        pytest.param("- name: a\r\n  x: 1\r\n", [("x",)], "- name: a\r\n", id="Windows line ends"),
        pytest.param(
            "- name: a\n  tags:\n  - b\n  - c\n  - d\n",
            [("tags", 0), ("tags", "1")],
            "- name: a\n  tags:\n  - d\n",
            id="items, counted as they stood",
        ),
        pytest.param(
            "- name: a\n  tags:\n  - b\n", [("tags", 0)], "- name: a\n  tags: []\n", id="the last item"
        ),
        pytest.param(
            "- name: a\n  x: {y: 1}\n  z: 2\n",
            [("x", "y"), ("x",)],
            "- name: a\n  z: 2\n",
            id="a part and all",
        ),
        pytest.param(
            "- &a {name: a, x: 1}\n- <<: *a\n  name: b\n  x: 2\n",
            [(1, "x")],
            "- &a {name: a, x: 1}\n- <<: *a\n  name: b\n",
            id="what was merged shows again",
        ),
        pytest.param(
            "- &a {name: a, parameters: {x: 1}}\n- <<: *a\n  name: b\n  parameters:\n    y: 2\n",
            [(1, "parameters", "y")],
            "- &a {name: a, parameters: {x: 1}}\n- <<: *a\n  name: b\n  parameters: {}\n",
            id="a section that hides a merged one",
        ),
    ],
)
def test_unset(before: str, paths: list[tuple[str | int, ...]], after: str) -> None:
    """A first index in a path, where there is one, is that of the entry."""
    index = paths[0][0] if isinstance(paths[0][0], int) else 0
    inner = [path[1:] if isinstance(path[0], int) else path for path in paths]

    assert unset_values(f"deployments:\n{before}", index, inner) == f"deployments:\n{after}"


@pytest.mark.parametrize(
    ("entries", "path", "reason"),
    [
        (
            "- name: a\n  x: &x {b: 1}\n- name: c\n  y: *x\n",
            ("x",),
            "line 5, where it would become undefined",
        ),
        ("- name: a\n  x: {b: &x 1, c: *x}\n", ("x", "b"), "line 3, where it would become undefined"),
        ("- name: a\n  x: &x {b: 1}\n- name: c\n  y: *x\n", ("x", "b"), "would change with it"),
        ("- <<: {x: 1}\n  name: a\n", ("x",), "it comes from a merge key"),
        ("- name: a\n  y: &y {b: 1}\n  x: *y\n", ("x", "b"), "`b` is defined elsewhere, on line 3"),
    ],
)
def test_unset_is_refused_where_others_would_lose_something(
    entries: str, path: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(EditRefused, match=reason):
        unset_values(f"deployments:\n{entries}", 0, [path])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (("tgs",), "no key `tgs`"),
        (("tags", 1), "no item 1"),
        (("tags", "b"), "no item b"),
        (("name", "x"), "no key"),
    ],
)
def test_unset_of_what_is_not_there(path: tuple[str | int, ...], reason: str) -> None:
    with pytest.raises(NotFound, match=reason):
        unset_values("deployments:\n- name: a\n  tags: [b]\n", 0, [path])
