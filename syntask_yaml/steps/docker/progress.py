"""Format the progress reports of an engine as lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_MiB = 1 << 20
_QUARTERS = 4
_LARGE = 32 * _MiB
_COLORS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(slots=True)
class Progress:
    """Convert reports to lines: one per status change of a layer, and per quarter of a large one."""

    write: Callable[[str], None]
    _shown: dict[str, str] = field(default_factory=dict)
    _rest: str = ""

    def report(self, event: Mapping[str, Any]) -> None:
        """Write the news in a report."""
        if "stream" in event:
            self._stream(str(event["stream"]))
        elif "status" in event:
            self._status(event)

    def end(self) -> None:
        """Write the last line, if it is incomplete."""
        if self._rest.strip():
            self.write(self._rest.rstrip())
        self._rest = ""

    def _stream(self, text: str) -> None:
        *lines, self._rest = (self._rest + _COLORS.sub("", text)).split("\n")
        for line in lines:
            shown = line.rstrip("\r").rpartition("\r")[2].rstrip()
            if shown:
                self.write(shown)

    def _status(self, event: Mapping[str, Any]) -> None:
        layer = str(event.get("id", ""))
        line = f"{layer}: {event['status']}{_share(event)}" if layer else str(event["status"])
        if self._shown.get(layer) != line:
            self._shown[layer] = line
            self.write(line)


def _share(event: Mapping[str, Any]) -> str:
    """Return the progress of a large layer in quarters."""
    detail = event.get("progressDetail") or {}
    done, total = detail.get("current", 0), detail.get("total", 0)
    if not total or total < _LARGE or done > total:
        return ""
    quarters = int(done * _QUARTERS / total)
    return f" {quarters * 100 // _QUARTERS} % of {total / _MiB:.0f} MiB"


def follow(
    events: Iterable[Mapping[str, Any]], write: Callable[[str], None], *, shows: bool
) -> list[Mapping[str, Any]]:
    """Report *events* as they arrive, if enabled, and return the auxiliary results among them."""
    progress = Progress(write)
    results: list[Mapping[str, Any]] = []
    for event in events:
        if isinstance(event.get("aux"), Mapping):
            results.append(event["aux"])
        elif match := _BUILT.match(str(event.get("stream", ""))):
            results.append({"ID": match[1]})
        if shows:
            progress.report(event)
    if shows:
        progress.end()
    return results


_BUILT = re.compile(r"Successfully built ([0-9a-f]+)")
