"""A graph of tasks, written as calls."""

from __future__ import annotations

from dataclasses import dataclass, field


class UnclearGraph(ValueError):
    """The graph cannot be determined."""


@dataclass(slots=True)
class TaskGraph:
    """The arguments of each task by parameter, and its dependencies, in source order."""

    inputs: dict[str, dict[str, str]] = field(default_factory=dict)
    waits: dict[str, list[str]] = field(default_factory=dict)

    def add(self, task: str) -> None:
        self.inputs.setdefault(task, {})
        self.waits.setdefault(task, [])

    def wait(self, task: str, upstream: str) -> None:
        if upstream not in self.waits[task]:
            self.waits[task].append(upstream)

    def calls(self, *, submits: bool) -> list[str]:
        """Return the calls, each after its dependencies; with *submits*, they run concurrently.

        Raises UnclearGraph for a cycle.
        """
        needed = {task: self._needs(task) for task in self.inputs}
        used = {each for found in needed.values() for each in found}
        lines: list[str] = []
        done: list[str] = []
        waiting = list(self.inputs)
        while waiting:
            task = next((each for each in waiting if all(other in done for other in needed[each])), None)
            if task is None:
                raise UnclearGraph("The tasks depend on each other in a circle.")
            waiting.remove(task)
            done.append(task)
            call = f"{task}{'.submit' if submits else ''}({', '.join(self._arguments(task))})"
            lines.append(f"{_result(task)} = {call}" if task in used else call)
        return lines

    def _needs(self, task: str) -> list[str]:
        return [each for each in (*self.inputs[task].values(), *self.waits[task]) if each in self.inputs]

    def _arguments(self, task: str) -> list[str]:
        values = self.inputs[task]
        arguments = [f"{key}={self._value(each)}" for key, each in values.items()]
        waits = [self._value(each) for each in self.waits[task] if each not in values.values()]
        return [*arguments, f"wait_for=[{', '.join(waits)}]"] if waits else arguments

    def _value(self, name: str) -> str:
        """Return the expression for *name* in a call: the result of a task, or the name itself."""
        return _result(name) if name in self.inputs else name


def _result(task: str) -> str:
    return f"{task}_result"
