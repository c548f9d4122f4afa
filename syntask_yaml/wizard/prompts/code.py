"""Ask how runs obtain the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.model.block import Block
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.project.default_pull import IMAGE_ROOT
from syntask_yaml.project.repository import without_credentials
from syntask_yaml.project.spelling import block_name_problem, block_reference, slug, step
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.prompts.image import AUTO, choose_block, takes_image
from syntask_yaml.wizard.questions import Choice, Confirm, Interview, Password, Select, Text

_LOGIN = re.compile(r"\w[\w+.-]*://[^/@]*:[^/@]*@|https?://[^/@]*@")


@dataclass(frozen=True, slots=True)
class CodeStore:
    """An object store: its steps, the name of its container, and the block type of its credentials."""

    name: str
    push: str
    pull: str
    container: str
    block_type: str
    needs_block: bool = False


STORES = {
    "s3": CodeStore("S3", "push_to_s3", "pull_from_s3", "bucket", "aws-credentials"),
    "gcs": CodeStore("Google Cloud Storage", "push_to_gcs", "pull_from_gcs", "bucket", "gcp-credentials"),
    "azure": CodeStore(
        "Azure Blob Storage",
        "push_to_azure_blob_storage",
        "pull_from_azure_blob_storage",
        "container",
        "azure-blob-storage-credentials",
        needs_block=True,
    ),
}


def ask_code(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for the source: this machine, the image, git, or an object store."""
    choices = list(_choices(draft, context))
    source = yield from Select(
        "code",
        "How do runs get the code?",
        choices=choices,
        default=_default(draft, context, [choice.value for choice in choices]),
    ).ask(context.answers)
    if source == "keep":
        return draft
    draft = draft.put(pull=None)
    if _without_stores(draft) != (draft.fields.get("push") or []):
        draft = draft.put(push=_without_stores(draft))
    match source:
        case "project":
            return draft
        case "local":
            return _from_here(draft, context)
        case "image":
            return (yield from _from_image(draft, context))
        case "git":
            return (yield from _from_git(draft, context))
        case _:
            return (yield from _ask_store(draft, context, STORES[source]))


def _choices(draft: Draft, context: InterviewContext) -> Iterator[Choice]:
    if draft.fields.get("pull") is not None:
        yield Choice("keep", "Keep as is")
    if _is_shared(context):
        yield Choice("project", "As the project declares for all deployments")
    if _is_local(draft):
        yield Choice("local", "From this folder, on the worker's machine")
    if takes_image(draft.pool):
        yield Choice("image", "From the image, which contains the code")
    remote = context.project.remote
    yield Choice("git", f"git: {remote.url}, {remote.branch}" if remote else "A git repository")
    for key, store in STORES.items():
        yield Choice(key, f"{store.name}: uploaded on deploy")


def _default(draft: Draft, context: InterviewContext, offered: list[str]) -> str | None:
    is_built = draft.has_image and "image" in offered
    is_own_machine = "local" in offered and context.backend.has_own_worker
    wanted = (
        "keep",
        "project",
        "image" if is_built else "",
        "local" if is_own_machine or not context.project.remote else "",
        "git" if context.project.remote else "",
    )
    return next((each for each in wanted if each in offered), None)


def _is_shared(context: InterviewContext) -> bool:
    project = context.project.project
    return project is not None and project.sections.shared["pull"] is not None


def _is_local(draft: Draft) -> bool:
    return draft.pool is not None and pool_type(draft.pool.type).is_local


def _from_here(draft: Draft, context: InterviewContext) -> Draft:
    """Return the draft for local code, with a pull step only to override those of the project."""
    if not _is_shared(context):
        return draft
    go = step("set_working_directory", context.project.dialect, directory=str(context.project.root))
    return draft.put_steps("pull", [go])


def _from_image(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    folder = f"{IMAGE_ROOT}/{context.project.root.name}"
    if _is_made_up(draft):
        if not _is_shared(context):
            return draft
    else:
        folder = yield from Text(
            "folder", "Folder in the image?", notes=["Enter: the image's WORKDIR."]
        ).ask_optional(context.answers)
    go = step("set_working_directory", context.project.dialect, directory=folder)
    return draft.put_steps("pull", [go] if folder else [])


def _is_made_up(draft: Draft) -> bool:
    builds: Any = draft.fields.get("build") or []
    return draft.has_image and any(
        inputs.get("dockerfile") == AUTO for each in builds for inputs in each.values()
    )


def _from_git(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    remote = context.project.remote
    repository = yield from Text(
        "repository", "Repository URL?", default=remote.url if remote else None, check=_repository_problem
    ).ask(context.answers)
    branch = yield from Text(
        "branch", "Branch?", default=remote.branch if remote else "main", check=_branch_problem
    ).ask(context.answers)
    token = ""
    if repository.startswith(("http://", "https://")):
        draft, token = yield from _ask_token(draft, context)
    clone = step(
        "git_clone",
        context.project.dialect,
        repository=repository,
        branch=branch,
        access_token=token and block_reference("secret", token, context.project.dialect),
    )
    return draft.put_steps("pull", [clone])


def _ask_token(draft: Draft, context: InterviewContext) -> Interview[tuple[Draft, str]]:
    """Ask for the secret block with the token of a private repository, and create it if it does not exist."""
    is_private = "token block" in context.answers or (
        yield from Confirm("private", "Does it need an access token?", default=False).ask(context.answers)
    )
    if not is_private:
        return draft, ""
    known = context.backend.blocks_of("secret")
    name = yield from Text(
        "token block",
        "Secret block with the token?",
        default=f"{slug(draft.name)}-repository-token",
        check=block_name_problem,
        takes_templates=False,
        completions=known,
        notes=[f"Existing blocks: {', '.join(known)}. Another name creates a block."] if known else (),
    ).ask(context.answers)
    if name in known:
        return draft, name
    token = yield from Password("token", "Token (hidden)", notes=["Enter: add it later."]).ask(
        context.answers
    )
    if not token.reveal():
        return replace(draft, later=(*draft.later, ("secret", name))), name
    block = Block("secret", name, {"value": token})
    return replace(draft, new_blocks=(*draft.new_blocks, block)), name


def _repository_problem(text: str) -> str:
    if text.startswith("-"):
        return "A repository URL cannot start with `-`."
    if _LOGIN.match(text):
        return (
            "Its credentials would be saved in plain text. Write "
            f"`{without_credentials(text)}`; the token is asked for next."
        )
    return ""


def _branch_problem(text: str) -> str:
    return "A branch cannot start with `-`." if text.startswith("-") else ""


def _ask_store(draft: Draft, context: InterviewContext, store: CodeStore) -> Interview[Draft]:
    bucket = yield from Text("bucket", f"Which {store.container}?").ask(context.answers)
    folder = yield from Text("folder", "Folder in the bucket?", default=slug(context.project.root.name)).ask(
        context.answers
    )
    draft, block = yield from _ask_store_block(draft, context, store)
    dialect = context.project.dialect
    credentials = block and block_reference(store.block_type, block, dialect)
    place = {store.container: bucket, "folder": folder}
    push = step(store.push, dialect, **place, credentials=credentials)
    pull = step(store.pull, dialect, **place, credentials=credentials)
    return draft.put_steps("push", [*_without_stores(draft), push]).put_steps("pull", [pull])


def _without_stores(draft: Draft) -> list[Any]:
    """Return the push steps of the draft, without those that upload its code."""
    copying = tuple(f".{store.push}" for store in STORES.values())
    pushes: Any = draft.fields.get("push") or []
    return [each for each in pushes if not any(name.endswith(copying) for name in each)]


def _ask_store_block(
    draft: Draft, context: InterviewContext, store: CodeStore
) -> Interview[tuple[Draft, str]]:
    known = context.backend.blocks_of(store.block_type)
    if not known or "store block" in context.answers:
        question = Text(
            "store block",
            f"Block of type {store.block_type} with the credentials?",
            check=block_name_problem,
            takes_templates=False,
            notes=[] if store.needs_block else ["Enter: the credentials of the machine."],
        )
        ask = question.ask if store.needs_block else question.ask_optional
        name = yield from ask(context.answers)
        is_later = name and name not in known
        return (replace(draft, later=(*draft.later, (store.block_type, name))) if is_later else draft), name
    none = "" if store.needs_block else "The credentials of the machine"
    return draft, (yield from choose_block("store block", "Credentials?", known, none))
