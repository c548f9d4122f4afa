"""The public Python interface: what the tool can do, without printing.

from pathlib import Path
from syntask_yaml import api

project = api.open_project(api.ProjectPlace(directory=Path.cwd()))
for problem in api.validate(project, flows=api.FlowReader(project.root)):
    print(problem.span, problem.summary, problem.detail)
"""

from syntask_yaml.backend.connect import connect
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.errors import SyntaskError
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import Outcome, Result
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import Planned, Request, make_plan
from syntask_yaml.operations.project import ProjectPlace, open_project, validate
from syntask_yaml.operations.render import render
from syntask_yaml.plan.changes import Action, Change, FieldChange, Plan
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project

__all__ = [
    "Action",
    "Change",
    "DeployContext",
    "DeployOptions",
    "Diagnostic",
    "FieldChange",
    "FlowReader",
    "Outcome",
    "Overrides",
    "Plan",
    "Planned",
    "Project",
    "ProjectPlace",
    "Request",
    "Result",
    "Selection",
    "Severity",
    "SyntaskError",
    "connect",
    "deploy",
    "make_plan",
    "open_project",
    "render",
    "validate",
]
