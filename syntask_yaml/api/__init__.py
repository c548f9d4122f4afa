"""The public Python API: what the commands do, without printing or prompting.

    from syntask_yaml import api

    project = api.load()                                # syntask.yaml, from the current directory up
    for problem in api.validate(project):
        print(problem.span, problem.summary, problem.detail)
    print(api.plan(project).plan.changes)               # what a deploy would change
    outcome = api.deploy(project, ["report/*"])
    run = api.wait(api.run("report/berlin", {"days": 7}))

A *backend* is an open backend (`open_backend`), a URL, or None for the one that the environment selects, as
for every command. All functions raise `SyntaskError`: its `diagnostics` say what is wrong, where, and what to
do.
"""

from syntask_yaml.api.backends import open_backend
from syntask_yaml.api.projects import declare, deploy, load, plan, render, validate
from syntask_yaml.api.runs import deployments, logs, pause, resume, run, runs, wait
from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.block import Block
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.run import LogLine, Run, State, StateType
from syntask_yaml.operations.deploy import DeployOptions
from syntask_yaml.operations.outcome import Outcome, Result
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import Planned
from syntask_yaml.plan.changes import Action, Change, FieldChange, Plan
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project

__all__ = [
    "Action",
    "Backend",
    "Block",
    "Change",
    "DeployOptions",
    "Deployment",
    "Diagnostic",
    "FieldChange",
    "FlowReader",
    "LogLine",
    "Outcome",
    "Overrides",
    "Plan",
    "Planned",
    "Project",
    "Result",
    "Run",
    "Severity",
    "State",
    "StateType",
    "Stored",
    "SyntaskError",
    "declare",
    "deploy",
    "deployments",
    "load",
    "logs",
    "open_backend",
    "pause",
    "plan",
    "render",
    "resume",
    "run",
    "runs",
    "validate",
    "wait",
]
