"""What expressions of a script come to: conditions, comprehensions, classes of constants, functions."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes

HEAD = """\
import csv, logging, os
from prefect.deployments import Deployment
from free import free
LIVE, STAGE, ZONES = True, "prod", {"prod": {"zone": "a"}, "dev": {"zone": "b"}}
def made(first, *, other="c"):
    text = f"{first}-{other}"
    return [text]
def chosen(value):
    if value:
        return "x"
    return "y"
def changed(value):
    value = value.strip()
    return value
def each():
    yield "a"
class Names:
    QUEUE = "fast"
    STAGES = ["a", "b"]
class Settings(Names):
    MORE = "more"
"""


def described(old: OldRepository, text: str) -> tuple[object, set[str]]:
    """What the entry says for a parameter that is *text*, and the codes of what is reported."""
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    build = f'Deployment.build_from_flow(free, "nightly", parameters={{"x": {text}}}, apply=True)\n'
    old.write("deploy.py", HEAD + build)
    (result,) = old.upgrade().results
    return result.entry.get("parameters", {}).get("x"), codes(result.problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a" if LIVE else input()', "a"),
        ('input() if not LIVE else "b"', "b"),
        ('"a" if STAGE == "prod" else "b"', "a"),
        ('"a" if STAGE in ("dev", "test") else "b"', "b"),
        ('"a" if 2 <= 3 and STAGE != "dev" else "b"', "a"),
        ("None or [] or 'a' or input()", "a"),
        ("'' and input()", ""),
        ("'a' and 0", 0),
        ("STAGE is None", False),
        ("[each.upper() for each in Names.STAGES]", ["A", "B"]),
        ("[n for n in range(4) if n > 1]", [2, 3]),
        ("{k: v for k, v in ZONES['dev'].items()}", {"zone": "b"}),
        ("{k: n for k, n in zip(['a', 'b'], [1, 2])}", {"a": 1, "b": 2}),
        ("{f'{k}-x': 1 for k in ['a']}", {"a-x": 1}),
        ("ZONES[STAGE]['zone']", "a"),
        ("ZONES['dev'].get('zone')", "b"),
        ("ZONES['dev'].get('none', 'c')", "c"),
        ("Names.QUEUE", "fast"),
        ("[csv.QUOTE_ALL, logging.WARNING]", [1, 30]),
        ("made('a')", ["a-c"]),
        ("made(first='a', other=STAGE)", ["a-prod"]),
        ("os.environ.get('A') or 'b'", '{{ $A | default("b", true) }}'),
        ("os.getenv('A', '') or STAGE", '{{ $A | default("prod", true) }}'),
        ("None or os.environ['A'] or 'b\"'", '{{ $A | default("b\\"", true) }}'),
        ("int(os.getenv('A') or 5)", '{{ $A | default("5", true) | int }}'),
        ("f\"{os.getenv('A') or 'b'}-x\"", '{{ $A | default("b", true) }}-x'),
    ],
)
def test_it_is_known(old: OldRepository, text: str, value: object) -> None:
    assert described(old, text) == (value, set())


@pytest.mark.parametrize(
    "text",
    [
        '"a" if os.environ["LIVE"] else "b"',
        'os.environ.get("STAGE") == "prod"',
        'os.environ.get("STAGE") or False',
        'os.environ.get("STAGE", "dev") or "prod"',
        'os.getenv("STAGE") or os.getenv("OTHER")',
        'os.getenv("STAGE") or input()',
        'f"{STAGE}-{os.getenv(\'A\')}" or "prod"',
        '"a" in [os.environ["STAGE"]]',
        "1 < 2 < 3",
        "1 < 'a'",
        "[1 for x in input()]",
        "[1 for x in [1, 2] if os.environ['A']]",
        "[1 for x in [1] for y in [2]]",
        "{os.environ['A']: 1 for x in [1]}",
        "ZONES.get(os.environ['STAGE'])",
        "{'a': input()}.get('a', 'b')",
        "ZONES[os.environ['STAGE']]",
        "Settings.MORE",
        "Settings.QUEUE",
        "Names.NONE",
        "csv.QUOTE_SOMETIMES",
        "logging.raiseExceptions",
        "chosen('a')",
        "changed(' a ')",
        "each()",
        "made(*input())",
    ],
)
def test_only_running_the_script_tells(old: OldRepository, text: str) -> None:
    assert described(old, text) == (None, {"dynamic-value"})


def test_a_class_that_the_script_changes_is_not_known(old: OldRepository) -> None:
    old.write(
        "deploy.py",
        f"{HEAD}Names.QUEUE = input()\nDeployment.build_from_flow(free, Names.QUEUE, apply=True)\n",
    )
    (result,) = old.upgrade().results

    assert not result.converted.source.is_known


ELSEWHERE = [
    ("MORE = {'description': input(), 'tags': ['a']}", "**MORE"),
    ("def MORE():\n    return {'description': input(), 'tags': ['a']}", "**MORE()"),
    ("MORE = {'description': input(), 'tags': ['a']}", "description=MORE['description'], tags=MORE['tags']"),
    ("def MORE():\n    return input()", "description=MORE(), tags=['a']"),
]


@pytest.mark.parametrize(("text", "arguments"), ELSEWHERE)
def test_what_another_file_does_not_tell_is_reported_in_the_script(
    old: OldRepository, text: str, arguments: str
) -> None:
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    old.write("elsewhere.py", "\n" * 50 + text)
    call = f'Deployment.build_from_flow(flow=free, name="nightly", apply=True, {arguments})\n'
    old.write("deploy.py", f"{HEAD}from elsewhere import MORE\n{call}")

    (result,) = old.upgrade().results

    (problem,) = [each for each in result.problems if not each.is_note]
    assert problem.code == "dynamic-value"
    assert problem.span is not None
    assert "build_from_flow" in problem.span.source.line(problem.span.line)
    assert result.entry["tags"] == ["a"]


def test_a_value_far_down_in_another_file_is_known(old: OldRepository) -> None:
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    text = "from prefect.filesystems import S3\nMORE = {'version': '1', 'storage': S3(bucket_path='code')}\n"
    old.write("elsewhere.py", "\n" * 50 + text)
    call = "Deployment.build_from_flow(free, 'nightly', apply=True, **MORE)\n"
    old.write("deploy.py", f"{HEAD}from elsewhere import MORE\n{call}")

    (result,) = old.upgrade().results

    assert codes(result.problems) == set()
    assert result.entry["version"] == "1"
    assert "push" in result.entry
