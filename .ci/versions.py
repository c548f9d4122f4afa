"""Run the tests that need no servers with other releases than those of constraints.txt.

    versions.py lowest    the lowest that pyproject.toml allows, with the oldest Python of the machine;
                          a failure is a bound that is not true
    versions.py newest    the newest there are; what fails is told with the packages that cause it,
                          and exits with 0: a release of strangers keeps nobody from landing

Each has an environment of its own below .versions. It needs uv.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHAT = ["--editable", ".[docker,s3,gcs,azure,ui]", "--group", "test"]
# What depends on libraries most; left out is what starts processes by the hundred.
TESTS = [
    "tests/contract",
    *(
        f"tests/unit/{part}"
        for part in ("backend", "document", "plan", "steps", "template", "test_template.py")
    ),
]
# Debian's own Python stays at an early release of its line, with the faults that later ones mended.
OLDEST = [Path("/usr/bin/python3"), Path(sys.executable)]
# What an environment has from the start: no dependency of ours.
SEEDED = {"pip", "setuptools", "wheel"}
UV = str(next((path for path in [ROOT / ".servers/bin/uv"] if path.exists()), "uv"))


class Environment:
    """An environment called *name*, with the tests of this project."""

    def __init__(self, name: str, python: str = sys.executable) -> None:
        self.place = ROOT / ".versions" / name
        run([UV, "venv", "--quiet", "--clear", "--seed", "--python", python, str(self.place)])

    def install(self, *words: str) -> None:
        run([UV, "pip", "install", "--quiet", "--python", str(self.place), *words])

    def packages(self) -> dict[str, str]:
        """The version of each package that is installed for the project."""
        listed = run([UV, "pip", "freeze", "--python", str(self.place)])
        found = {name.lower(): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", listed, re.M)}
        return {name: version for name, version in found.items() if name not in SEEDED}

    def test(self, *words: str) -> bool:
        """Whether the tests pass; those that fail are kept for `--last-failed`."""
        python, cache = str(self.place / "bin/python"), f"cache_dir={self.place}/cache"
        options = ["-m", "not real", "-q", "--numprocesses", "logical", "--dist", "loadfile", "-o", cache]
        # What real project files show of a release, those of the tests do too, in less time.
        environ = {**os.environ, "SYNTASK_CORPUS": os.devnull}
        done = subprocess.run([python, "-m", "pytest", *options, *words], cwd=ROOT, env=environ, check=False)
        return done.returncode == 0


def run(words: list[str]) -> str:
    return subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def pinned() -> dict[str, str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {name.lower(): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)}


def oldest_python() -> str:
    """The oldest Python of this machine that pyproject.toml allows."""
    versions = {version: str(python) for python in OLDEST if (version := version_of(python)) >= (3, 11)}
    return versions[min(versions)]


def version_of(python: Path) -> tuple[int, ...]:
    if not python.exists():
        return ()
    told = run([str(python), "-c", "import sys; print(*sys.version_info[:3])"])
    return tuple(map(int, told.split()))


def differences(packages: dict[str, str]) -> dict[str, str]:
    """The packages that have another version than in constraints.txt, in words."""
    known = pinned()
    return {
        name: f"{name} {version} (constraints.txt: {known.get(name, 'none')})"
        for name, version in packages.items()
        if known.get(name) != version
    }


def lowest() -> int:
    python = oldest_python()
    print("Python", *version_of(Path(python)))
    environment = Environment("lowest", python)
    environment.install("--resolution", "lowest-direct", *WHAT)
    # What a busy machine made fail passes the second time; what a bound makes fail does not.
    if environment.test(*TESTS) or environment.test("--last-failed", *TESTS):
        return 0
    direct = re.findall(
        r'^\s*"([\w-]+)[^"]*[>=<]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M
    )
    told = [
        words for name, words in differences(environment.packages()).items() if name in map(str.lower, direct)
    ]
    print("The lowest releases that pyproject.toml allows do not pass. They are:", *sorted(told), sep="\n  ")
    print("Raise the bound of the one that is at fault, or mend the code.")
    return 1


def newest() -> int:
    environment = Environment("newest")
    environment.install("--upgrade", *WHAT)
    packages = environment.packages()
    changed = differences(packages)
    if not changed:
        print("constraints.txt holds the newest releases.")
        return 0
    print("Newer than constraints.txt:", *sorted(changed.values()), sep="\n  ")
    if environment.test(*TESTS):
        return 0
    print("\nWARNING: the newest releases break tests, which are above. This fails nothing.")
    at_fault = [words for name, words in changed.items() if breaks(name, packages[name], environment)]
    print("At fault, each alone:", *(at_fault or ["none alone; several together"]), sep="\n  ")
    print("Mend the code, or put a bound into pyproject.toml; then `make lock`.")
    return 0


def breaks(name: str, version: str, failed: Environment) -> bool:
    """Whether that package alone, among those of constraints.txt, makes the tests fail that failed."""
    alone = Environment("alone")
    wanted = alone.place / "wanted.txt"
    others = pinned() | {name: version}
    wanted.write_text("".join(f"{each}=={its}\n" for each, its in others.items()), encoding="utf-8")
    try:
        alone.install("--override", str(wanted), *WHAT)
    except subprocess.CalledProcessError:  # it does not fit the others
        return False
    shutil.copytree(failed.place / "cache", alone.place / "cache")
    return not alone.test("--last-failed", "--last-failed-no-failures", "none", *TESTS)


if __name__ == "__main__":
    sys.exit({"lowest": lowest, "newest": newest}[sys.argv[1]]())
