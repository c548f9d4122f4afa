"""The fields of a script that a deployment file lacks: how it builds, uploads and applies the deployment."""

from __future__ import annotations

from syntask_yaml.upgrade.concurrency_limit import QUEUE_LIMIT_HINT
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.rows import Convert, dropped

_IGNORE_FILE = ".prefectignore"


def is_uploaded(draft: EntryDraft) -> bool:
    """Return whether the script copies the code to the storage."""
    values = draft.source.root.value
    return bool(values.get("upload", not values.get("skip_upload", False)))


def _apply(draft: EntryDraft) -> None:
    node = draft.source.root.get("apply")
    if node is not None:
        draft.drop(node, "deploying the entry does it")
    if node is None or node.value is False:
        detail = "The script builds this deployment and never applies it."
        draft.note(draft.source.root, "never-applied", detail, "Check whether you need the deployment.")


def _ignore_file(draft: EntryDraft) -> None:
    node = draft.source.get("ignore_file")
    if node is not None and node.value == _IGNORE_FILE:
        draft.drop(node, "the default")
    elif node is not None:
        detail = f"`{node.value}` is not carried, because `push` steps read `{_IGNORE_FILE}` only."
        draft.report(node, "unknown-field", detail, "Rename the file.")


def _load_existing(draft: EntryDraft) -> None:
    """Report values that the script omits, which by default stay as they are on the server."""
    node = draft.source.get("load_existing")
    if node is not None:
        draft.drop(node, "the entry says everything")
    if node is None or node.value is not False:
        detail = "`build_from_flow` kept changes on the server. The entry has the values of the script."
        hint = "Compare the schedule, parameters and tags with the deployment on the server."
        draft.note(draft.source.root, "server-values", detail, hint)


def _queue_limit(draft: EntryDraft) -> None:
    node = draft.source.get("work_queue_concurrency")
    if node is not None:
        detail = f"The limit of {node.value} applied to the work queue, not to the deployment."
        draft.report(node, "queue-limit", detail, QUEUE_LIMIT_HINT)


def _flow_storage(draft: EntryDraft) -> None:
    node = draft.source.get("flow_storage")
    if node is not None:
        detail = "`flow_storage` is the ID of a block, which does not say where the code is."
        draft.report(node, "no-pull", detail, "Add `pull` steps to the entry, such as `git_clone`.")


# As in `FIELDS`: the fields and their conversion.
SCRIPT_FIELDS: tuple[tuple[tuple[str, ...], Convert], ...] = (
    (("apply",), _apply),
    (("load_existing",), _load_existing),
    (("output",), dropped("output", "the project file takes its place")),
    (("skip_upload",), dropped("skip_upload", "a `push` step uploads the code, or none does")),
    (("upload",), dropped("upload", "a `push` step uploads the code, or none does")),
    (("ignore_file",), _ignore_file),
    (("work_queue_concurrency",), _queue_limit),
    (("flow_storage",), _flow_storage),
)
