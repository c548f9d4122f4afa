"""`from syntask.blocks.core import Block`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._backend.blocks import Block
else:
    from prefect.blocks.core import Block

__all__ = ["Block"]
