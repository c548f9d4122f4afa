"""Reading the flows that entrypoints name."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.project.flows.decorators import NOTHING_SAID, Options, check_signature
from syntask_yaml.project.flows.definition import Elsewhere, Found, NotAFlow, NotThere, find, flows
from syntask_yaml.project.flows.docstring import parameter_descriptions
from syntask_yaml.project.flows.entrypoint import Entrypoint, FlowNotFound, InvalidEntrypoint, parse_entrypoint
from syntask_yaml.project.flows.flow import Flow
from syntask_yaml.project.flows.loading import Loaded, Loader, Place
from syntask_yaml.project.flows.schema.classes import docstring
from syntask_yaml.project.flows.schema.parameters import parameter_schema
from syntask_yaml.project.flows.source.library import Library
from syntask_yaml.project.flows.source.once import Once
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, Unknowable
