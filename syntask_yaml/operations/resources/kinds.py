"""The table of the kinds of resources, in the order of writing."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.operations.resources.automations import AUTOMATION
from syntask_yaml.operations.resources.blocks import BLOCK
from syntask_yaml.operations.resources.kind import KindRow
from syntask_yaml.operations.resources.pools import WORK_POOL, WORK_QUEUE
from syntask_yaml.operations.resources.values import CONCURRENCY_LIMIT, VARIABLE

KINDS: Mapping[ResourceKind, KindRow] = {
    ResourceKind.WORK_POOL: WORK_POOL,
    ResourceKind.WORK_QUEUE: WORK_QUEUE,
    ResourceKind.VARIABLE: VARIABLE,
    ResourceKind.BLOCK: BLOCK,
    ResourceKind.CONCURRENCY_LIMIT: CONCURRENCY_LIMIT,
    ResourceKind.AUTOMATION: AUTOMATION,
}
