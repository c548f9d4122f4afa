"""`from syntask.utilities.annotations import unmapped, allow_failure, quote`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._arguments.annotations import allow_failure, opaque, quote, unmapped
else:
    from prefect.utilities.annotations import allow_failure, opaque, quote, unmapped

__all__ = ["allow_failure", "opaque", "quote", "unmapped"]
