"""The code of a deployment and how runs get it: entrypoint, path and storage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from syntask_yaml.document.node import Node
from syntask_yaml.errors import SyntaskError
from syntask_yaml.files import printable
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.spelling import step
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.blocks import block_name, block_type, has_copy
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.pools import missing_values, note_stale_copy, note_successor
from syntask_yaml.upgrade.script_fields import is_uploaded
from syntask_yaml.upgrade.storages import LOCAL, STORAGES, SUCCESSORS, named_only, push_steps, settle_fields
from syntask_yaml.upgrade.stored_code import StoredCode

_IN_IMAGE = "/opt/prefect/flows"
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
# Home folders, which workers rarely have.
_HOME = re.compile(r"/(?:home|Users|root|mnt/[a-z]/Users)(?:/|$)")
_OTHERWISE = "add `pull` steps to the entry, such as `git_clone`."


def convert_code(draft: EntryDraft) -> None:
    """Convert the entrypoint, and the fields that become `build`, `push` and `pull` steps."""
    source = draft.source
    path, storage = source.get("path"), source.get("storage")
    if storage is None:
        _convert_local(draft, path)
    elif block_type(storage) == LOCAL and (has_copy(storage) or not block_name(storage)):
        _convert_local_block(draft, storage, path)
    else:
        _convert_storage(draft, storage, path)
    _convert_entrypoint(draft)
    if draft.flow is not None:  # the project's folder has the code, regardless of the path
        draft.problems = [
            problem.as_note() if problem.code == "absolute-path" else problem for problem in draft.problems
        ]


def _convert_storage(draft: EntryDraft, storage: Node, path: Node | None) -> None:
    kind = STORAGES.get(block_type(storage))
    if path is not None:
        draft.carry(path, "pull")
    if kind is None or not isinstance(storage.value, dict):
        detail = f"No step pulls code from a block of type `{block_type(storage) or 'unknown'}`."
        hint = "Add `pull` steps to the entry, such as `git_clone`."
        draft.report(storage, "no-pull", detail, hint)
        return
    successor = SUCCESSORS.get(block_type(storage), "")
    if not has_copy(storage) and successor:
        if storage.path[0] in draft.source.compared:
            draft.report(storage, "block-not-here", *missing_values(draft, storage, _OTHERWISE))
            return
        note_successor(draft, storage, f"{successor}/{block_name(storage)}")
    kind = kind if has_copy(storage) else named_only(kind)
    settle_fields(draft, storage, kind)
    parts = re.split(r"[\\/]+", draft.source.text("path"))
    folder = "/".join(part for part in parts if part not in ("", "."))
    pull, push = kind.convert(StoredCode(draft, storage, folder))
    draft.put("pull", pull)
    note_stale_copy(draft, storage, "The steps contain")
    if kind.uploads:
        _convert_upload(draft, storage, push)


# Commands that uploaded the code, and the option that disabled the upload.
_UPLOADERS = {
    Form.AGENT: ("`prefect deployment build`", " without `--skip-upload`"),
    Form.SCRIPT: ("`build_from_flow`", " without `skip_upload=True`"),
    Form.PREFECT_1: ("`flow.register`", ""),
}


def _convert_upload(draft: EntryDraft, storage: Node, push: list[dict[str, object]]) -> bool:
    """Add the *push* step, as `prefect deployment build` copied the current folder to the storage."""
    if draft.source.name in draft.context.not_uploaded or not is_uploaded(draft):
        return False
    uploader, without = _UPLOADERS.get(draft.source.form, _UPLOADERS[Form.AGENT])
    if push:
        draft.put("push", push)
        detail = f"A `push` step uploads the code, as {uploader} did{without}."
        draft.note(storage, "push-added", detail, "Remove the step if something else uploads the code.")
        return True
    hint = "Upload it before each deploy, or use a storage with a `push` step."
    detail = f"{uploader} uploaded the code to this storage. No step does that."
    draft.warn(storage, "push-missing", detail, hint)
    return False


def _convert_local_block(draft: EntryDraft, storage: Node, path: Node | None) -> None:
    base = str(storage.value.get("basepath") or "") if isinstance(storage.value, dict) else ""
    settle_fields(draft, storage, STORAGES[LOCAL])
    if path is not None:
        draft.carry(path, "pull")
    place = str(PurePosixPath(base) / draft.source.text("path")) if base else draft.source.text("path")
    if not draft.is_local:
        detail = f"Runs in containers cannot access `{place}`, where the storage block has the code."
        draft.warn(storage, "no-pull", detail, "Copy the code into the image, or add `pull` steps.")
        return
    note_stale_copy(draft, storage, "The steps contain")
    _go_to(draft, place)
    stored = StoredCode(draft, storage, draft.source.text("path"))
    is_apart = base.startswith("/") and _inside(draft, base) is None
    push = push_steps(stored, LOCAL) if is_apart else []
    if _convert_upload(draft, storage, push):
        draft.need(LOCAL, stored.name, basepath=base)


def _go_to(draft: EntryDraft, place: str) -> None:
    draft.put("pull", [step("set_working_directory", draft.context.dialect, directory=draft.literal(place))])


def _convert_local(draft: EntryDraft, path: Node | None) -> None:
    """Convert *path* without a storage: the agent copied it, or the image contained it."""
    if draft.source.form is Form.PROJECT:
        if path is not None:
            draft.report(path, "unknown-field", "`path` has no effect in an entry.", "Add a `pull` step.")
        return
    place = draft.source.text("path")
    if draft.source.form is Form.PREFECT_1 and "." in draft.source.text("entrypoint"):
        if not draft.is_local:  # the image has the module
            draft.put("pull", [])
    elif not draft.is_local:
        if path is not None and not place.startswith("/"):
            draft.report(path, "absolute-path", f"`{place}` is not a directory of an image.", _OTHER_FOLDER)
            place = ""
        elif path is not None:
            draft.carry(path, "pull")
        _go_to(draft, place or _IN_IMAGE)
    elif path is not None:
        _convert_path(draft, path, place)


_OTHER_FOLDER = f"The entry uses `{_IN_IMAGE}`. Check that the code is there."


def _convert_path(draft: EntryDraft, path: Node, place: str) -> None:
    """Convert a folder on the agent's machine: the project's folder, or one that workers have too."""
    detail = (
        "Agents ran a copy of the code. Workers run it in its directory, and files that it writes are kept."
    )
    draft.note(path, "path-in-place", detail)
    is_windows = _WINDOWS.match(place) is not None
    if not is_windows and (inside := _inside(draft, place)) is not None:
        draft.drop(path, "the directory of the project")
        draft.prefix = inside
    elif is_windows or _is_home(place):
        detail = f"`{place}` is a path of another machine. The entry uses the directory of the project."
        draft.report(path, "absolute-path", detail, "Add a `pull` step if workers have the code elsewhere.")
    else:
        draft.carry(path, "pull")
        _go_to(draft, place)


def _is_home(place: str) -> bool:
    try:
        return _HOME.match(place) is not None and not Path(place).is_dir()
    except OSError:  # too long for a path
        return True


def _inside(draft: EntryDraft, place: str) -> str | None:
    """Return the folder relative to the project's folder, with a trailing slash; None if it is outside."""
    root = draft.context.root.resolve()
    try:
        folder = (root / place).resolve()
    except (OSError, RuntimeError, ValueError):  # an invalid path, or a cycle of links
        return None
    inside = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else None
    return "" if inside == "." else inside and f"{inside}/"


def _name_own_file(draft: EntryDraft, node: Node) -> None:
    """Return the entrypoint of a flow in the script itself, which is converted too, or of its module."""
    draft.carry(node, "entrypoint")
    place = draft.source.path.resolve().relative_to(draft.context.root.resolve())
    written = node.value if "." in node.value else f"{place.as_posix()}:{node.value}"
    draft.put("entrypoint", draft.literal(written))


def _convert_entrypoint(draft: EntryDraft) -> None:
    node, manifest = draft.source.get("entrypoint"), draft.source.get("manifest_path")
    if draft.source.form is Form.PREFECT_1 and node is not None:
        _name_own_file(draft, node)
        return
    text = _plain(draft.source.text("entrypoint"))
    if manifest is not None:
        found = None if text else _of_manifest(draft, str(manifest.value))
        text = text or found or ""
        if found:
            draft.carry(manifest, "entrypoint")
        else:
            detail = f"The manifest `{manifest.value}` does not exist, or has no entrypoint."
            draft.report(manifest, "entrypoint-not-found", detail, "Add `entrypoint` to the entry.")
    if node is not None:
        draft.carry(node, "entrypoint")
    if not text:
        return
    written, draft.flow = _found(draft, text)
    draft.put("entrypoint", draft.literal(written))
    if node is not None and _is_moved(draft.source, text) and written == draft.source.resolved:
        detail = f"There is no `{text}` here. The flow that the script passes is in `{written}`."
        draft.note(node, "entrypoint-not-found", detail, "Check that the storage has it there too.")
    if draft.flow is None and not (draft.source.form is Form.PROJECT and "{{" in text):
        folder = printable(draft.context.root.name)
        detail = f"There is no flow `{written}` in the project directory `{folder}`."
        hint = "Correct `entrypoint` in the entry. The parameter schema of the file is not carried."
        draft.warn(node or draft.source.root, "entrypoint-not-found", detail, hint)


def _plain(entrypoint: str) -> str:
    return entrypoint.replace("\\", "/").removeprefix("./")


def _of_manifest(draft: EntryDraft, name: str) -> str | None:
    """Return the entrypoint in a manifest; None if it cannot be read."""
    root = draft.context.root.resolve()
    try:
        path = (root / name).resolve()
        content = path.read_bytes() if path.is_relative_to(root) else b""
        return _plain(str(json.loads(content)["import_path"]))
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return None


def _found(draft: EntryDraft, text: str) -> tuple[str, Flow | None]:
    """Return the entrypoint relative to the project's folder, and its flow; unchanged if no flow is found."""
    for candidate in _candidates(draft, text):
        try:
            return candidate, draft.context.reader.read(candidate)
        except SyntaskError:
            continue
    return f"{draft.prefix}{text}" if ":" in text else text, None


def _candidates(draft: EntryDraft, text: str) -> Iterator[str]:
    """Yield entrypoints relative to the copied folder, the top folder and the file's own folder."""
    if ":" not in text or draft.source.form is Form.PROJECT:
        yield text
        return
    prefixes = [draft.prefix, "", _inside(draft, str(draft.source.path.parent)) or ""]
    if draft.source.get("storage") is None:
        parts = [part for part in re.split(r"[\\/]", draft.source.text("path")) if part]
        prefixes += ["/".join(parts[-count:]) + "/" for count in range(1, min(len(parts), 6))]
    yield from (f"{prefix}{text}" for prefix in dict.fromkeys(prefixes))
    if draft.source.resolved and (draft.source.get("storage") is None or _is_moved(draft.source, text)):
        yield draft.source.resolved


def _is_moved(source: AgentDeployment, text: str) -> bool:
    """Return whether the flow that a script passes is in a moved file with the same *text*."""
    is_alike = PurePosixPath(text).name == PurePosixPath(source.resolved).name
    return is_alike and source.get("storage") is not None and not f"/{source.resolved}".endswith(f"/{text}")
