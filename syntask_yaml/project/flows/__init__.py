"""Find and describe the flows of a project by reading source, without executing it.

reader           an entrypoint to the flow that it names
discover         every flow of a project
module_files     the file that an entrypoint leads to
definition       the function in it; decorators, own_decorators: what makes it a flow
describe         the flow that a function is
schema           from a signature to the JSON Schema of its parameters
loading, child   loads a flow in a process of its own, for what its source does not tell
"""

from syntask_yaml.project.flows.describe import Flow
from syntask_yaml.project.flows.module_files import ModuleFile
from syntask_yaml.project.flows.reader import FlowReader
from syntask_yaml.pysource.entrypoint import Entrypoint, FlowNotFound, InvalidEntrypoint, parse_entrypoint

__all__ = [
    "Entrypoint",
    "Flow",
    "FlowNotFound",
    "FlowReader",
    "InvalidEntrypoint",
    "ModuleFile",
    "parse_entrypoint",
]
