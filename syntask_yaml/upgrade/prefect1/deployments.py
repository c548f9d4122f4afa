"""The deployment options in the code of a flow: storage, run configuration, schedule, registration."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from syntask_yaml.upgrade.prefect1.call_arguments import argument, known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.executors import convert_executor, convert_named_executor
from syntask_yaml.upgrade.prefect1.module import FlowModule
from syntask_yaml.upgrade.prefect1.returned import followed
from syntask_yaml.upgrade.prefect1.schedules import read_schedules
from syntask_yaml.upgrade.prefect1.static import NotStatic
from syntask_yaml.upgrade.prefect1.storages import (
    RUN_CONFIGS,
    STORAGES,
    infrastructure,
    is_prefect_1,
    queue_of,
)
from syntask_yaml.upgrade.template_text import TemplateText

ENTRY_HINT = "Put it into the entry of the flow in the project file."


def refusal(draft: FlowFileDraft, flow: Prefect1Flow) -> str:
    """Return why no entry can express the code of a flow; empty if one can."""
    made = flow.factory_call
    if not (made.is_on_top if made else flow.definition in draft.module.tree.body):
        return "the flow is not made at the top of the file, so that no entrypoint names it"
    if flow.function in draft.unclear:
        return "the flow is not converted, so that no entry can name it"
    return "its entry could not be added to the project file" if draft.keeps_deployments else ""


_DEFAULTS = frozenset(
    {"prefect.storage.Local", "prefect.run_configs.UniversalRun", "prefect.environments.LocalEnvironment"}
)


def is_default(draft: FlowFileDraft, value: ast.expr) -> bool:
    """Return whether an option has the default value of flows."""
    found = draft.module.written(value)
    return found.called in _DEFAULTS and not (found.node.args or found.node.keywords)  # type: ignore[attr-defined]


def _made(
    draft: FlowFileDraft, value: ast.expr, package: str, known: Mapping[str, Any]
) -> tuple[str, ast.Call, FlowModule]:
    """Return the class of *package* that an expression creates, the call, and its file. Raises NotStatic."""
    found = followed(draft.module, value)
    module, _, name = found.called.rpartition(".")
    if not isinstance(found.node, ast.Call) or module != package or name not in known:
        raise NotStatic("it is computed, or of a kind that has no equivalent")
    return name, found.node, found.module


def _values(
    module: FlowModule, call: ast.Call, positions: tuple[str, ...] = (), *, reads_environment: bool = False
) -> dict[str, Any]:
    if len(call.args) > len(positions):
        raise NotStatic("its arguments are computed")
    given = dict(zip(positions, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg}
    found = {key: value for each in call.keywords if not each.arg for key, value in _spread(module, each)}
    for name, node in given.items():
        try:
            found[name] = module.value(node, reads_environment=reads_environment and name in _WITH_TEMPLATES)
        except NotStatic as error:
            raise NotStatic(f"`{name}` is computed at run time") from error
    return found


# Arguments of run configurations and storages that entries keep unchanged.
_WITH_TEMPLATES = frozenset(
    "branch_name ref tag env image cpu memory cpu_limit cpu_request memory_limit memory_request "
    "task_role_arn execution_role_arn working_dir service_account_name".split()
)


def _spread(module: FlowModule, option: ast.keyword) -> Iterable[tuple[str, Any]]:
    """Return the arguments of a literal dictionary that is passed with `**`. Raises NotStatic."""
    found = known(module, option.value)
    if not isinstance(found, dict):
        raise NotStatic("its arguments are computed")
    return found.items()


def take_storage(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """Convert the storage of the code to a storage block. Raises NotStatic."""
    name, call, module = _made(draft, value, "prefect.storage", STORAGES)
    convert, positions = STORAGES[name]
    values = _values(module, call, positions, reads_environment=True)
    fields = convert(values)
    flow.deployment.setdefault("labels", []).extend(values.get("labels") or [])
    if name == "Docker":
        flow.deployment["image"] = fields
        text = "`Docker` storage built an image with the flow. The entry has no `build` step."
        draft.note(
            flow.call, "p1-storage", text, "Add a `build_docker_image` step, or build the image in CI."
        )
    elif name == "Module":
        flow.deployment["entrypoint"] = _in_module(draft, flow, str(fields["module"]))
    elif fields:
        flow.deployment["storage"] = fields
    _remove_add_flow(draft, flow, call)


def _remove_add_flow(draft: FlowFileDraft, flow: Prefect1Flow, storage: ast.Call) -> None:
    """Remove `storage.add_flow(flow)`, which the entry replaces."""
    for call in draft.module.calls:
        match draft.module.parent(call), call:
            case (
                ast.Expr() as statement,
                ast.Call(func=ast.Attribute(ast.Name(id=name), "add_flow"), args=[ast.Name() as told]),
            ):
                is_ours = draft.module.assigned(name, call) is storage
                if is_ours and told.id == flow.variable and draft.flow_of(told, flow.scope) is flow:
                    draft.edits.remove(statement)


def _in_module(draft: FlowFileDraft, flow: Prefect1Flow, module: str) -> str:
    """Return the entrypoint of an imported flow. Raises NotStatic for a module of another file."""
    parts = PurePosixPath(draft.module.shown.replace("\\", "/")).with_suffix("").parts
    of_file = parts[:-1] if parts[-1] == "__init__" else parts
    names = tuple(module.split("."))
    if of_file[-len(names) :] != names:
        raise NotStatic(f"`{module}` is not the module of this file")
    return f"{module}.{flow.function}"


def take_run_config(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """Convert the run configuration to an infrastructure block. Raises NotStatic."""
    name, call, module = _made(draft, value, "prefect.run_configs", RUN_CONFIGS)
    values = _values(module, call, reads_environment=True)
    fields = infrastructure(name, values)
    if is_prefect_1(fields.get("image")):
        text = f"The image `{fields.pop('image')}` contains Prefect 1, so the entry has no image."
        draft.note(flow.call, "p1-run-config", text, "Workers use the image of their own version.")
    if any(isinstance(each, TemplateText) and each.surrounds_a_secret for each in _texts(fields)):
        text = "A string in the entry contains a secret. Workers of Prefect before 3.7 refuse that."
        draft.note(flow.call, "p1-run-config", text, "Use newer workers, or a secret with the whole string.")
    flow.deployment["infrastructure"] = fields
    flow.deployment.setdefault("labels", []).extend(values.get("labels") or [])


def _texts(fields: Mapping[str, Any]) -> Iterable[Any]:
    for each in fields.values():
        yield from _texts(each) if isinstance(each, dict) else [each]


# The executor arguments of environments, which become the flow's, by class.
_ENVIRONMENTS: Mapping[str, str] = {"LocalEnvironment": "executor", "RemoteEnvironment": ""}
_LOCAL_EXECUTORS = ("prefect.engine.executors.LocalExecutor", "prefect.executors.LocalExecutor")


def take_environment(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """Convert an environment, the predecessor of run configurations. Raises NotStatic."""
    name, call, module = _made(draft, value, "prefect.environments", _ENVIRONMENTS)
    executor = argument(call, _ENVIRONMENTS[name], 0)
    others = [each for each in call.keywords if each.value is not executor]
    values = _values(
        module, ast.Call(call.func, [each for each in call.args if each is not executor], others)
    )
    if executor is not None and module is not draft.module:
        raise NotStatic("its executor is made in another file")
    named, options = values.pop("executor", None), values.pop("executor_kwargs", None) or {}
    if values.keys() - {"labels"}:
        raise NotStatic("it has more than an executor and labels")
    if named not in (None, *_LOCAL_EXECUTORS):
        convert_named_executor(draft, flow, str(named), options)
    if executor is not None:
        statement = flow.options["environment"][1]
        flow.options["executor"] = executor, statement
        convert_executor(draft, flow, executor)
    flow.deployment.setdefault("labels", []).extend(values.get("labels") or [])


def take_schedule(draft: FlowFileDraft, flow: Prefect1Flow, value: ast.expr) -> None:
    """Convert the schedule. Raises NotStatic."""
    schedules = read_schedules(draft.module, value)
    for each in schedules:
        renamed = {flow.renamed.get(key, key): item for key, item in each.get("parameters", {}).items()}
        if renamed:
            each["parameters"] = renamed
    flow.deployment["schedules"] = schedules


_CARRIED = ("project_name", "labels", "set_schedule_active")
_WITHOUT_EFFECT = frozenset("build add_default_labels version_group_id no_url idempotency_key".split())


def take_registration(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.Call) -> None:
    """Convert the registration, with the project as a tag."""
    statement = draft.module.statement(call)
    reason = refusal(draft, flow)
    if not _is_alone(draft, statement, call) or reason:
        text = f"{(reason or 'registration gave an id').capitalize()}. Deploy it with an entry of a project."
        draft.todo(call, "p1-deployment", text)
        return
    try:
        values = _values(draft.module, call, ("project_name", "build", "labels", "set_schedule_active"))
        if not values.keys() <= _WITHOUT_EFFECT.union(_CARRIED):
            raise NotStatic("it has options of the storage")
    except NotStatic:
        others = [each.arg for each in call.keywords if each.arg not in _WITHOUT_EFFECT]
        if others or call.args:
            draft.todo(call, "p1-deployment", f"The registration is computed. {ENTRY_HINT}")
            return
        values = {}
    carried = [values.get(name) for name in _CARRIED]
    if flow.registration not in (None, carried):
        draft.todo(call, "p1-deployment", f"The flow is registered in several ways. {ENTRY_HINT}")
        return
    flow.registration = carried
    flow.deployment["tags"] = []
    if values.get("project_name"):
        flow.deployment["tags"] = [f"project:{values['project_name']}"]
    flow.deployment.setdefault("labels", []).extend(values.get("labels") or [])
    if values.get("set_schedule_active") is False:
        flow.deployment["is_schedule_active"] = False
    draft.edits.remove(statement)


def _is_alone(draft: FlowFileDraft, statement: ast.stmt, call: ast.Call) -> bool:
    """Return whether the result of *call* is unused: it is a statement, or sets an unread name."""
    match statement:
        case ast.Expr(value=value):
            return value is call
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return value is call and not draft.module.uses(name, draft.module.scope(statement))
    return False


def complete_deployment(draft: FlowFileDraft, flow: Prefect1Flow) -> None:
    """Set the infrastructure if there is no run configuration, and the queue of the labels."""
    _check_labels(draft, flow)
    image = flow.deployment.pop("image", None)
    if image is not None:
        flow.deployment["path"] = "/opt/prefect/flows"
    given = flow.deployment.get("infrastructure")
    chosen = given or {"_block_type_slug": "process" if image is None else "docker-container"}
    flow.deployment["infrastructure"] = {**(image or {}), **chosen}
    if labels := flow.deployment.pop("labels", []):
        flow.deployment["work_queue_name"] = queue_of([str(label) for label in labels])


def _check_labels(draft: FlowFileDraft, flow: Prefect1Flow) -> None:
    """Check the labels of clocks, which chose the agents of their runs: one entry needs equal labels."""
    labels = set(map(str, flow.deployment.get("labels", [])))
    for schedule in flow.deployment.get("schedules", []):
        own = schedule.pop("labels", None)
        if own is not None and {*map(str, own)} != labels:
            text = f"A clock has the labels {own}, which differ from those of the flow."
            draft.todo(
                flow.call, "p1-schedule", f"{text} Deploy the flow twice, with an entry for each work queue."
            )
