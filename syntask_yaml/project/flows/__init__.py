"""Find and describe the flows of a project by reading source, without executing it.

reader           returns the flow of an entrypoint
discover         every flow of a project
module_files     the file of an entrypoint
definition       the function in it; decorators, own_decorators: whether it is a flow
describe         the flow of a function
schema           from a signature to the JSON Schema of its parameters
loading, child   loads a flow in a separate process, if its source is not sufficient
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
