"""Run `syntask`, and end it at once before the write of a given number: `python -m tests.support.killed N …`.

Writes are calls that change a server, those of the embedded store, with the verbs in KILLED_MORE, and records
of switches and moves. Prints how many there were where it is not reached.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.prefect.transport import Transport
from syntask_yaml.cli.main import main
from syntask_yaml.records import RecordFolder

_READS = ("/filter", "/csrf-token")
_VERBS = (
    "write set_variable create_block update_block create_pool create_queue update_queue create_run".split()
)


class Killer:
    """Counts writes, and kills its process before the one called *number*."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0

    def before(self, do: Callable[..., Any], is_write: Callable[..., bool] = lambda *_: True) -> Any:
        def counted(*args: Any, **options: Any) -> Any:
            if is_write(*args):
                self.count += 1
                if self.count == self.number:
                    os.kill(os.getpid(), signal.SIGKILL)
            return do(*args, **options)

        return counted


def changes(_transport: object, method: str, path: str, *_: object) -> bool:
    """Whether a call changes something."""
    return method != "GET" and not path.endswith(_READS)


if __name__ == "__main__":
    killer = Killer(int(sys.argv[1]))
    Transport.call = killer.before(Transport.call, changes)  # type: ignore[method-assign]
    for verb in (*_VERBS, *os.environ.get("KILLED_MORE", "").split()):
        setattr(EmbeddedBackend, verb, killer.before(getattr(EmbeddedBackend, verb)))
    for verb in ("write", "remove"):
        setattr(RecordFolder, verb, killer.before(getattr(RecordFolder, verb)))
    code = main(sys.argv[2:])
    print(f"writes: {killer.count}", file=sys.stderr)
    sys.exit(code)
