"""`from syntask.blocks.system import Secret`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._backend.blocks import Secret
else:
    from prefect.blocks.system import Secret

__all__ = ["Secret"]
