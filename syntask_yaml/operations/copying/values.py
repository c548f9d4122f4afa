"""Copy variables, blocks and concurrency limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from syntask_yaml.backend.blocks import check_fields, shaped
from syntask_yaml.backend.portable import check_portable
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import Block, BlockType, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.secret import is_secret_name, revealed
from syntask_yaml.model.value import Value
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyChange, CopyKind, CopyPolicy, refused
from syntask_yaml.plan.changes import FieldChange
from syntask_yaml.plan.diff import HIDDEN, field_change

_RENAME = "Create it on the destination under a name that fits, and change what refers to it."
_INSTEAD: Mapping[str, str] = {
    "string": "Store the value in a variable, and change what refers to the block.",
    "json": "Store the value in a variable, or in a `secret` block, and change what refers to the block.",
    "azure-devops-credentials": "Store the token in a `secret` block, and change what refers to the block.",
}


def variable_changes(source: Contents, destination: Contents, policy: CopyPolicy) -> Iterator[CopyChange]:
    """Yield the change for each variable, by name."""
    for name, variable in source.variables.items():
        if problem := _portability(variable, destination):
            yield refused(CopyKind.VARIABLE, name, problem, _RENAME)
            continue
        existing = destination.variables.get(name)
        fields = tuple(_variable_fields(existing, variable)) if existing else ()
        yield policy.change(CopyKind.VARIABLE, name, variable, is_there=existing is not None, fields=fields)


def _variable_fields(before: Variable, after: Variable) -> Iterator[FieldChange]:
    if before.value != after.value:
        is_hidden = is_secret_name(after.name)
        yield (
            FieldChange("value", HIDDEN, HIDDEN)
            if is_hidden
            else field_change("value", before.value, after.value)
        )
    if sorted(before.tags) != sorted(after.tags):
        yield FieldChange("tags", list(before.tags), list(after.tags))


def _portability(made: Variable | Block, destination: Contents) -> str:
    """Return a sentence on why a server would reject the name or value; empty if it would not."""
    if destination.backend.features.has_own_worker:
        return ""
    return next((problem.detail for problem in check_portable(made)), "")


def block_changes(source: Contents, destination: Contents, policy: CopyPolicy) -> Iterator[CopyChange]:
    """Yield the change for each block, after those of the blocks that it refers to."""
    failed: set[str] = set()
    for block in _in_order(source.blocks):
        change = _block_change(block, source, destination, policy, failed)
        if change.action.is_problem:
            failed.add(block.full_name)
        yield change


def limit_changes(source: Contents, destination: Contents, policy: CopyPolicy) -> Iterator[CopyChange]:
    """Yield the change for each concurrency limit, by name. Occupied slots are not copied."""
    for name, limit in source.concurrency_limits.items():
        wanted, existing = replace(limit, in_use=0), destination.concurrency_limits.get(name)
        fields = tuple(_limit_fields(existing, wanted)) if existing else ()
        yield policy.change(
            CopyKind.CONCURRENCY_LIMIT, name, wanted, is_there=existing is not None, fields=fields
        )


def _limit_fields(before: GlobalConcurrencyLimit, after: GlobalConcurrencyLimit) -> Iterator[FieldChange]:
    for name in ("limit", "slot_decay_per_second", "is_active"):
        if getattr(before, name) != getattr(after, name):
            yield FieldChange(name, getattr(before, name), getattr(after, name))


def _in_order(blocks: Mapping[str, Block]) -> Iterator[Block]:
    left, done = dict(blocks), set[str]()
    while left:
        ready = [each for each in left.values() if not (set(each.references.values()) & left.keys() - done)]
        for block in ready or left.values():  # in a cycle, any order will do
            done.add(block.full_name)
            yield block
        left = {name: block for name, block in left.items() if name not in done}


def _block_change(
    block: Block, source: Contents, destination: Contents, policy: CopyPolicy, failed: set[str]
) -> CopyChange:
    name, kind = block.full_name, destination.block_types.get(block.type)
    if kind is None:
        reason = f"The destination has no block type `{block.type}`."
        return refused(CopyKind.BLOCK, name, reason, _type_hint(block.type, destination))
    if problem := _portability(block, destination):
        return refused(CopyKind.BLOCK, name, problem, _RENAME)
    if problem := _lost(block, source, destination, failed):
        return refused(CopyKind.BLOCK, name, problem, "Create that block on the destination.")
    try:
        after = _written(block, kind)
    except BackendRefused as error:
        return refused(CopyKind.BLOCK, name, error.detail, error.hint)
    existing = destination.blocks.get(name)
    fields = tuple(_block_fields(existing, after)) if existing else ()
    return policy.change(CopyKind.BLOCK, name, after, is_there=existing is not None, fields=fields)


def _lost(block: Block, source: Contents, destination: Contents, failed: set[str]) -> str:
    """Return a sentence on a block that *block* refers to and the destination will not have; else empty."""
    for name in block.references.values():
        if name not in destination.blocks and (name in failed or name not in source.blocks):
            what = "is not copied" if name in failed else "does not exist"
            return f"It refers to the block `{name}`, which {what}."
    return ""


def _type_hint(slug: str, destination: Contents) -> str:
    otherwise = _INSTEAD.get(
        slug, "Run `prefect block register -m MODULE` with the package that has it, and copy again."
    )
    return (
        did_you_mean(slug, destination.block_types, otherwise=otherwise)
        if slug not in _INSTEAD
        else otherwise
    )


def _written(block: Block, kind: BlockType) -> Block:
    """Return *block* for the destination: without null fields, and with other blocks by type and name.

    Raises BackendRefused if it does not match its type there.
    """
    data = {name: value for name, value in block.data.items() if value is not None}
    after = shaped(Block(block.type, block.name, {**data, **block.references}), kind)
    check_fields(after, kind.fields, kind.required)
    return after


def _block_fields(existing: Block, after: Block) -> Iterator[FieldChange]:
    """Yield the fields that differ, with hidden values: any of them may contain a secret."""
    before: dict[str, Value] = {**existing.data, **existing.references}
    for name in dict.fromkeys((*before, *after.data)):
        if revealed(before.get(name)) != revealed(after.data.get(name)):
            yield FieldChange(name, HIDDEN, HIDDEN)
