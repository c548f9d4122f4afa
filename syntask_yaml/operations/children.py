"""Find and order the task runs and subflow runs of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from syntask_yaml.errors import NotFound
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import Run, StateType

# The maximum number of names listed when one is not found.
_LISTED = 10


def find_children(run: Run, children: Sequence[ChildRun], wanted: str) -> list[ChildRun]:
    """Return the children with the name or task *wanted*, or an id that begins with it. Raises NotFound."""
    by_name = [child for child in children if wanted in (child.name, child.of, child.id)]
    found = by_name or [child for child in children if wanted and child.id.startswith(wanted)]
    if found:
        return found
    names = list(dict.fromkeys(child.of for child in children))
    listed = ", ".join(f"`{name}`" for name in names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    hint = f"It has {listed}." if names else "It has no task runs: nothing in it is decorated with `@task`."
    raise NotFound(f"The run `{run.name}` has no task run `{wanted}`.", hint=hint)


def most_relevant(children: Sequence[ChildRun], limit: int) -> list[ChildRun]:
    """Return at most *limit* of *children*, in their order, preferring those that did not complete."""
    order = sorted(
        range(len(children)), key=lambda number: (children[number].state.type is StateType.COMPLETED, number)
    )
    return [children[number] for number in sorted(order[:limit])]


def counts(children: Sequence[ChildRun]) -> Counter[str]:
    """Return the number of children in each state, by its name."""
    return Counter(child.state.name for child in children)
