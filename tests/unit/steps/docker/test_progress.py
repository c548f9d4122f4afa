"""The engine's reports as lines."""

from __future__ import annotations

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.steps.docker.errors import refusal
from syntask_yaml.steps.docker.progress import follow


def test_a_line_for_each_change() -> None:
    """A thousand reports of one layer are a line for each status, and each quarter of a large one."""
    large = 100 << 20
    reports = [
        {
            "status": "Pushing",
            "id": "a",
            "progressDetail": {"current": large * number // 1000, "total": large},
        }
        for number in range(1001)
    ]
    reports += [
        {"status": "Pushing", "id": "b", "progressDetail": {"current": n, "total": 99}} for n in range(99)
    ]
    reports += [{"status": "Pushed", "id": "a"}, {"status": "Pushed", "id": "a"}, {"status": "t: digest: x"}]
    lines: list[str] = []
    follow(reports, lines.append, shows=True)

    assert lines == [
        *(f"a: Pushing {share} % of 100 MiB" for share in (0, 25, 50, 75, 100)),
        "b: Pushing",
        "a: Pushed",
        "t: digest: x",
    ]


def test_lines_are_whole() -> None:
    """Whatever pieces they come in, and without what a terminal would not show."""
    texts = ["Step 1", "/2 : FROM a\n", "\n", "10 %\r50 %\r100 %\n", "\x1b[91mred\x1b[0m\nend"]
    lines: list[str] = []
    results = follow(
        [*({"stream": text} for text in texts), {"aux": {"ID": "sha256:1"}}], lines.append, shows=True
    )

    assert lines == ["Step 1/2 : FROM a", "100 %", "red", "end"]
    assert results == [{"ID": "sha256:1"}]


def test_nothing_is_said_where_nobody_looks() -> None:
    """The results are there all the same."""
    lines: list[str] = []

    assert follow([{"stream": "Successfully built 0a1b\n"}], lines.append, shows=False) == [{"ID": "0a1b"}]
    assert lines == []


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("denied: requested access to the resource is denied", "docker login"),
        ("unauthorized: authentication required", "docker login"),
        ("no basic auth credentials", "docker login"),
        ("write /x: no space left on device", "docker system prune"),
        ("manifest for a:1 not found: manifest unknown", "name and the tag"),
        ("Get https://x/v2/: dial tcp: lookup x: no such host", "Check the address"),
        ("unexpected EOF", "Check the address"),
        ("EOF", "Check the address"),
        ("the --mount option requires BuildKit", "buildx"),
        ("something else", ""),
    ],
)
def test_what_to_do(reason: str, hint: str) -> None:
    """For what is known to happen."""
    failed = refusal("Pushing", reason)

    assert failed.detail == f"Pushing failed: {reason}."
    assert hint in failed.hint
    assert bool(hint) == bool(failed.hint)
