"""`from syntask.variables import Variable`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._backend.variable import Variable
else:
    from prefect.variables import Variable

__all__ = ["Variable"]
