"""The graph of imports, beside one that is made of syntax trees and look-ups of one module at a time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from syntask_yaml.pysource import import_graph
from syntask_yaml.pysource.import_graph import ImportGraph
from syntask_yaml.pysource.imports import Import, Statement, imports_in, statements_of
from syntask_yaml.pysource.locate import locate
from syntask_yaml.pysource.module_index import is_reserved

_MODULES = (
    "a.py",
    "b.py",
    "pack/__init__.py",
    "pack/c.py",
    "pack/inner/__init__.py",
    "pack/inner/d.py",
    "space/e.py",
    "space/deep/f.py",
    "json.py",
)
_FORMS = (
    "import {module}",
    "import json, {module} as m",
    "from {module} import x",
    "from {package} import {name}",
    "from {package} import (\n    {name} as y,  # why\n    x,\n)",
    "from . import {name}",
    "from .{name} import x",
    "from .. import {name}, c",
    "from ..{module} import *",
    "def f():\n    import {module}; import b",
    "text = '''\nimport {module}\n'''",
    "x = importlib.import_module('{module}')",
    "try: import {module}\nexcept ImportError: pass",
    "import missing.{name}",
)


@pytest.mark.parametrize("seed", range(60))
def test_a_chain_leads_wherever_exact_imports_do(tmp_path: Path, seed: int) -> None:
    """From any starts to any wanted files; where one import is enough, it is shown."""
    random = Random(seed)
    files = _write(tmp_path, random)
    edges = {file: set(_exact(tmp_path, file)) for file in files}
    for _ in range(12):
        starts = random.sample(files, random.randrange(1, len(files) + 1))
        wanted = set(random.sample(files, random.randrange(1, 3)))
        chains = ImportGraph(_by_folder(wanted)).chains(dict.fromkeys(starts), [str(tmp_path)])

        distances = _distances(edges, wanted)
        assert set(chains) == distances.keys() & set(starts)
        for start, chain in chains.items():
            assert chain[0] == start
            assert chain[-1] in wanted
            assert all(after in edges[before] for before, after in pairwise(chain))
            assert len(set(chain)) == len(chain)
            assert len(chain) - 1 == distances[start] or distances[start] > 1


def test_what_cannot_change_the_answer_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 100 modules that a start imports beside the wanted one, none is read; for another one, all are."""
    names = [f"m{number:03}" for number in range(100)]
    for name in names:
        (tmp_path / f"{name}.py").write_text("import end")
    (tmp_path / "end.py").touch()
    start = tmp_path / "start.py"
    start.write_text(f"import end, {', '.join(names)}")
    read: list[bytes] = []

    def counted(content: bytes) -> Collection[Statement]:
        read.append(content)
        return statements_of(content)

    monkeypatch.setattr(import_graph, "statements_of", counted)
    for wanted, count in (("end.py", 1), ("other.py", 102)):
        read.clear()
        chains = ImportGraph(_by_folder([str(tmp_path / wanted)])).chains({str(start): None}, [str(tmp_path)])
        assert (bool(chains), len(read)) == (count == 1, count)


@pytest.mark.parametrize(
    ("text", "first"),
    [("import z, x, y", "z.py"), ("""'''\nimport y\n'''\nimport z\nimport x\nimport y""", "x.py")],
)
def test_a_chain_is_the_same_in_every_process(tmp_path: Path, text: str, first: str) -> None:
    """The first that is written is followed, or by name where the file has to be parsed."""
    for name in "zyx":
        (tmp_path / f"{name}.py").write_text("import end")
    (tmp_path / "end.py").touch()
    start = tmp_path / "start.py"
    start.write_text(text)
    end = str(tmp_path / "end.py")

    chains = ImportGraph(_by_folder([end])).chains({str(start): None}, [str(tmp_path)])

    assert chains == {str(start): (str(start), str(tmp_path / first), end)}


def test_the_packages_around_a_start_run_first(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    first, start = tmp_path / "pack/__init__.py", tmp_path / "pack/flow.py"
    first.touch()
    start.touch()
    graph = ImportGraph(_by_folder([str(first)]))

    assert not graph.chains({str(start): None}, [str(tmp_path)])
    assert graph.chains({str(start): "pack.flow"}, [str(tmp_path)]) == {str(start): (str(start), str(first))}


def _by_folder(wanted: Collection[str]) -> Callable[[str], list[str]]:
    return lambda folder: [file for file in wanted if file.rpartition("/")[0] == folder]


def _write(root: Path, random: Random) -> list[str]:
    modules = [name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in _MODULES]
    for name in _MODULES:
        lines = []
        for form in random.choices(_FORMS, k=random.randrange(4)):
            module = random.choice(modules)
            package, _, last = random.choice([each for each in modules if "." in each]).rpartition(".")
            lines.append(form.format(module=module, package=package, name=last))
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("\n".join(lines) + "\n")
    return [str(root / name) for name in _MODULES]


def _exact(root: Path, file: str) -> Iterator[str]:
    for each in imports_in(ast.parse(Path(file).read_bytes())):
        if each.level:
            yield from _run_by(each, Path(file).parents[each.level - 1], None)
        elif not is_reserved(each.module):
            yield from _run_by(each, root, root)


def _run_by(imported: Import, folder: Path, root: Path | None) -> Iterator[str]:
    """The packages on the way to what is imported, and it: as Python runs them."""
    if root is None and (folder / "__init__.py").is_file():
        yield str(folder / "__init__.py")
    parts = imported.module.split(".") if imported.module else []
    ends = [".".join(parts[: end + 1]) for end in range(len(parts))]
    for name in (*ends, *(".".join((*parts, each)) for each in imported.names)):
        found = locate(name, (folder,)) if name.replace(".", "").isidentifier() else None
        if found is not None and found.file is not None:
            yield str(found.file)


def _distances(edges: dict[str, set[str]], wanted: set[str]) -> dict[str, int]:
    """How many imports lead from each file that leads there to one that is *wanted*."""
    distances = dict.fromkeys(wanted, 0)
    while new := {
        file: 1 + min(distances[each] for each in imported & distances.keys())
        for file, imported in edges.items()
        if file not in distances and imported & distances.keys()
    }:
        distances |= new
    return distances
