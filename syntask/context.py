"""`from syntask.context import get_run_context, FlowRunContext, TaskRunContext, tags`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._runs.context import FlowRunContext, TagsContext, TaskRunContext, get_run_context, tags
else:
    from prefect.context import FlowRunContext, TagsContext, TaskRunContext, get_run_context, tags

__all__ = ["FlowRunContext", "TagsContext", "TaskRunContext", "get_run_context", "tags"]
