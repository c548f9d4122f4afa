"""Two deploys of one project that start at the same time, and what they leave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.backend.connect import connect

COUNT = 8
_FLOWS = "from syntask import flow\n\n\n@flow\ndef etl(batch: int) -> None:\n    pass\n"
_SYNTASK = str(Path(sys.executable).with_name("syntask"))


@dataclass(frozen=True)
class Pair:
    """Two states of a project in *folder*, deployed to the *backend* under *environ*."""

    folder: Path
    backend: str
    environ: Mapping[str, str]

    def write(self) -> None:
        """Write both states, which differ in a parameter of each deployment."""
        (self.folder / "flows.py").write_text(_FLOWS, encoding="utf-8")
        for state in (1, 2):
            entries = [
                f"- {{name: d{number}, entrypoint: flows.py:etl, work_pool: {{name: default}}, "
                f"parameters: {{batch: {state}}}}}"
                for number in range(COUNT)
            ]
            text = "\n".join(["name: pair", "deployments:", *entries, ""])
            (self.folder / f"state-{state}.yaml").write_text(text, encoding="utf-8")

    def deploy(self, state: int, *options: str) -> subprocess.Popen[str]:
        """Begin to deploy one state."""
        argv = [_SYNTASK, "--backend", self.backend, "-f", f"state-{state}.yaml", "deploy", "--all", *options]
        return subprocess.Popen(
            argv,
            cwd=self.folder,
            env={**self.environ, "NO_COLOR": "1", "CI": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stored(self) -> list[int]:
        """The state that each deployment is in."""
        backend = connect(self.backend, store=self.folder / "none", environ=self.environ)
        try:
            found = backend.deployments(projects=["pair"])
        finally:
            backend.close()
        return [int(str(each.deployment.parameters["batch"])) for each in found]


def check_pair(pair: Pair) -> bool:
    """Deploy both states at the same time, and check what they leave; whether one of them was refused."""
    both = [pair.deploy(state) for state in (1, 2)]
    said = [each.communicate(timeout=300)[0] for each in both]
    codes = [each.returncode for each in both]
    stored = pair.stored()
    story = f"{codes} {stored}\n{said[0]}\n{said[1]}"
    assert set(codes) <= {0, 1}, story
    if codes.count(0) == 1:
        winner = 1 + codes.index(0)
        loser = said[1 - codes.index(0)]
        assert "[backend-conflict]" in loser, story
        assert stored == [winner] * COUNT, story
    elif codes == [0, 0]:
        assert stored in ([1] * COUNT, [2] * COUNT), story
    return 1 in codes
