"""`from syntask.futures import wait, as_completed`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._arguments.futures import Future, FutureList, as_completed, wait
    from syntask._arguments.visit import resolve_futures_to_states
else:
    from prefect.futures import PrefectFuture as Future
    from prefect.futures import PrefectFutureList as FutureList
    from prefect.futures import as_completed, resolve_futures_to_states, wait

__all__ = ["Future", "FutureList", "as_completed", "resolve_futures_to_states", "wait"]
