"""Remaining names of Prefect 1 in a file, and their current replacements."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.names import is_gone

# The task library: modules of `prefect.tasks`, and the current package.
PACKAGES: Mapping[str, str] = {
    "airbyte": "prefect-airbyte",
    "airtable": "pyairtable",
    "asana": "asana",
    "aws": "prefect-aws",
    "azure": "prefect-azure",
    "azureml": "azureml-core",
    "census": "prefect-census",
    "cubejs": "prefect-cubejs",
    "database": "prefect-sqlalchemy",
    "databricks": "prefect-databricks",
    "dbt": "prefect-dbt",
    "docker": "prefect-docker",
    "dremio": "dremio-client",
    "dropbox": "dropbox",
    "exasol": "pyexasol",
    "files": "pathlib",
    "firebolt": "prefect-firebolt",
    "fivetran": "prefect-fivetran",
    "gcp": "prefect-gcp",
    "github": "prefect-github",
    "great_expectations": "prefect-great-expectations",
    "gsheets": "gspread",
    "hightouch": "prefect-hightouch",
    "jira": "jira",
    "jupyter": "prefect-jupyter",
    "kafka": "confluent-kafka",
    "kubernetes": "prefect-kubernetes",
    "mixpanel": "mixpanel",
    "monday": "prefect-monday",
    "monte_carlo": "prefect-monte-carlo",
    "mysql": "prefect-sqlalchemy",
    "neo4j": "neo4j",
    "postgres": "prefect-sqlalchemy",
    "powershell": "prefect-shell",
    "prometheus": "prometheus-client",
    "redis": "prefect-redis",
    "rss": "feedparser",
    "sendgrid": "sendgrid",
    "sftp": "paramiko",
    "shell": "prefect-shell",
    "snowflake": "prefect-snowflake",
    "sodaspark": "soda-spark",
    "sodasql": "prefect-soda-core",
    "spacy": "spacy",
    "sql_server": "prefect-sqlalchemy",
    "templates": "jinja2",
    "toloka": "prefect-toloka",
    "transform": "prefect-transform",
    "trello": "py-trello",
    "twitter": "prefect-twitter",
    "zendesk": "zenpy",
}

_TASKS: Mapping[str, tuple[str, str]] = {
    "notifications.EmailTask": ("p1-library", "Use `email_send_message` of `prefect-email`."),
    "notifications.SlackTask": ("p1-library", "Use the block `SlackWebhook` of Prefect, or `prefect-slack`."),
    "notifications": ("p1-library", "Use a notification block of Prefect."),
    "control_flow": ("p1-case", "Write it in Python: flows take any `if` and loop."),
    "prefect": ("p1-flow-of-flows", 'Use `run_deployment(name="FLOW/DEPLOYMENT")` of `prefect.deployments`.'),
    "StartFlowRun": (
        "p1-flow-of-flows",
        'Use `run_deployment(name="FLOW/DEPLOYMENT")` of `prefect.deployments`.',
    ),
    "secrets": ("p1-secret", "Load the block of the secret: `Secret.load(NAME).get()`."),
    "core": ("p1-library", "Write it as a function with `@task`."),
}

# Signals, and all others.
_SIGNALS: Mapping[str, str] = {
    "SKIP": "Return from the task. Nothing is skipped for it: ask in the flow what it returned.",
    "LOOP": "Write a loop in the task. What `task_loop_result` had is a variable.",
    "RETRY": "Raise an exception, and set `retries` of the task.",
    "PAUSE": "Call `pause_flow_run()` in the flow.",
    "SUCCESS": "Return the result.",
    "FAIL": "Raise an exception.",
    "": "Raise an exception to fail, or return a state such as `Completed()`.",
}

# By prefix of a name, the longest first.
_REST: tuple[tuple[str, str, str], ...] = (
    *(
        (f"{module}.{signal}".rstrip("."), "p1-signal", text)
        for module in ("prefect.engine.signals", "prefect.signals")
        for signal, text in _SIGNALS.items()
    ),
    (
        "prefect.engine.state",
        "p1-state-handler",
        "Hooks get states of `prefect.states`. Change what asks for them.",
    ),
    (
        "prefect.engine.results",
        "p1-result",
        "Set `persist_result=True` and `result_storage` of the task or flow.",
    ),
    (
        "prefect.engine.result",
        "p1-result",
        "Set `persist_result=True` and `result_storage` of the task or flow.",
    ),
    ("prefect.engine.serializers", "p1-result", "Set `result_serializer` of the task or flow."),
    ("prefect.engine.cache_validators", "p1-cache", "Use a `cache_key_fn`."),
    ("prefect.triggers", "p1-trigger", "Prefect 3 has no triggers. Catch errors, or use `allow_failure`."),
    (
        "prefect.backend.artifacts",
        "p1-artifact",
        "Use `create_markdown_artifact` or another of `prefect.artifacts`.",
    ),
    ("prefect.artifacts", "p1-artifact", "Use `create_markdown_artifact` or another of `prefect.artifacts`."),
    ("prefect.backend.get_key_value", "p1-variable", "Use `Variable.get(NAME)` of `prefect.variables`."),
    (
        "prefect.backend.set_key_value",
        "p1-variable",
        "Use `Variable.set(NAME, VALUE)` of `prefect.variables`.",
    ),
    ("prefect.backend.delete_key", "p1-variable", "Use `Variable.unset(NAME)` of `prefect.variables`."),
    ("prefect.backend", "p1-client", "Use `get_client()` of `prefect`."),
    ("prefect.client", "p1-client", "Use `get_client()` of `prefect`."),
    ("prefect.Client", "p1-client", "Use `get_client()` of `prefect`."),
    ("prefect.context", "p1-context", "Use `get_run_context()` of `prefect.context`, or `prefect.runtime`."),
    (
        "prefect.utilities.notifications",
        "p1-state-handler",
        "Use an automation, or a hook and a notification block.",
    ),
    ("prefect.environments", "p1-run-config", "Choose the work pool in the entry of the project file."),
    ("prefect.storage", "p1-storage", "Write `pull` steps into the entry of the project file."),
    ("prefect.run_configs", "p1-run-config", "Choose the work pool in the entry of the project file."),
    ("prefect.executors", "p1-executor", "Set `task_runner` of the flow."),
    ("prefect.schedules", "p1-schedule", "Write `schedules` into the entry of the project file."),
    ("prefect.Parameter", "p1-parameter", "Make it a parameter of the function of the flow."),
    ("prefect.DateTimeParameter", "p1-parameter", "Make it a parameter of the function of the flow."),
    ("prefect.case", "p1-case", "Write `if … == …:`."),
    ("prefect.merge", "p1-case", "Use the result of the branch that ran."),
    ("prefect.switch", "p1-case", "Write it with `if` or `match`."),
    ("prefect.ifelse", "p1-case", "Write it with `if`."),
    ("prefect.resource_manager", "p1-library", "Use a context manager of Python in the flow."),
    ("prefect.apply_map", "p1-map", "Make the function a task, and call its `.map`."),
    ("prefect.mapped", "p1-map", "Call `.map(…)` of the task."),
    ("prefect.flatten", "p1-map", "Flatten the list in Python."),
    ("prefect.Flow", "p1-flow", "Write a function with `@flow`."),
    ("prefect.Task", "p1-class", "Write a function with `@task`."),
    ("prefect.config", "p1-context", "Read the setting where it is set: the environment or a variable."),
)


def mark_rest(draft: FlowFileDraft) -> None:
    """Leave every statement that still uses a name of Prefect 1."""
    for node in draft.names.references:
        name = draft.names.of(node)
        if not (is_gone(name) or _is_old_use(draft, node, name)) or _is_edited(draft, node):
            continue
        if isinstance(draft.module.statement(node), (ast.Import, ast.ImportFrom)):
            continue
        code, text = replacement(name)
        draft.todo(node, code, text)
    for flow_use in _lost_registrations(draft):
        draft.todo(flow_use, "p1-deployment", "Deploy the flow with an entry of the project file.")


def _is_edited(draft: FlowFileDraft, node: ast.expr) -> bool:
    """Return whether a reference, or the root of its attributes, is replaced."""
    is_inner = isinstance(node, ast.Attribute) and _is_edited(draft, node.value)
    return is_inner or draft.edits.is_edited(node)


def _is_old_use(draft: FlowFileDraft, node: ast.AST, name: str) -> bool:
    """Return whether *node* uses `Flow`, `Task` or `context` in a way that Prefect 3 lacks."""
    parent = draft.module.parent(node)
    if name not in ("prefect.Flow", "prefect.Task"):
        return name == "prefect.context" and isinstance(parent, (ast.Call, ast.Subscript, ast.withitem))
    return (isinstance(parent, ast.Call) and parent.func is node) or isinstance(parent, ast.ClassDef)


def _lost_registrations(draft: FlowFileDraft) -> list[ast.Call]:
    """Return calls of `register` on possible flows of other files."""
    found = []
    for node in draft.module.calls:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "register":
            is_known = draft.edits.is_edited(node) or draft.has_todo(node)
            if not is_known and draft.flows and isinstance(node.func.value, ast.Name):
                found.append(node)
    return found


def replacement(name: str) -> tuple[str, str]:
    """Return the code and the text for the replacement of a Prefect 1 name."""
    if name.startswith("prefect.tasks."):
        return _task(name.removeprefix("prefect.tasks."))
    for start, code, text in _REST:
        if name == start or name.startswith((f"{start}.", f"{start}_")):
            return code, f"`{name}` is gone. {text}"
    return "p1-library", f"`{name}` does not exist in Prefect 3."


def _task(name: str) -> tuple[str, str]:
    package = name.partition(".")[0]
    for start, (code, text) in _TASKS.items():
        if name == start or name.startswith(f"{start}."):
            return code, f"`prefect.tasks.{name}` is gone. {text}"
    today = PACKAGES.get(package)
    hint = f"Use `{today}`." if today else "Write it as a function with `@task`."
    return "p1-library", f"`prefect.tasks.{name}` is gone. {hint}"
