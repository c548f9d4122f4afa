"""`python -m syntask_yaml.cli.bound_command ARGUMENTS`: a command that ends with its parent process.

The parent holds the other end of standard input. Children of the command stay in its process group, and end
with it.
"""

from __future__ import annotations

import os

from syntask_yaml.cli.main import run
from syntask_yaml.processes import stay_together
from syntask_yaml.worker.lifeline import end_with


def main() -> None:
    stay_together()
    end_with(os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    run()


if __name__ == "__main__":
    main()
