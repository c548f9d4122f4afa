"""The files that changed, by their own paths, through links and in submodules."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.project.changed_files import ChangedFiles


def test_a_file_is_found_however_it_is_reached(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    for name in ("lib/changed.py", "lib/same.py", "sub/deep/any.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    links = {
        "jobs/to_changed.py": "../lib/changed.py",
        "jobs/to_same.py": "../lib/same.py",
        "jobs/to_sub.py": "../sub/deep/any.py",
        "jobs/other_target.py": "../lib/same.py",
        "folder": "lib",
    }
    for name, target in links.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).symlink_to(target)
    changed = ("lib/changed.py", "lib/gone.py", "sub", "jobs/other_target.py")
    files = ChangedFiles([root / name for name in changed])

    expected = {
        "lib/changed.py": True,
        "lib/gone.py": True,
        "lib/same.py": False,
        "folder/changed.py": True,
        "folder/same.py": False,
        "sub/deep/any.py": True,
        "jobs/to_changed.py": True,
        "jobs/to_same.py": False,
        "jobs/to_sub.py": True,
        "jobs/other_target.py": True,
        "jobs/missing.py": False,
        "missing/any.py": False,
    }
    assert {name: files.has(f"{root}/{name}") for name in expected} == expected
    assert all(
        {path for path in files.paths_in(f"{root}/{folder}") if Path(path).exists()}
        == {
            f"{root}/{name}"
            for name, changed in expected.items()
            if changed and name.startswith(f"{folder}/")
        }
        - {f"{root}/lib/gone.py"}
        for folder in ("lib", "folder", "sub/deep", "jobs", "missing")
    )
    assert files.below(root / "folder") == ["changed.py", "gone.py"]
