"""How runs are executed: one runner for each type of work pool that `syntask` serves."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.worker.runner.base import Runner
from syntask_yaml.worker.runner.process import start_process

RUNNERS: Mapping[str, Runner] = {"process": start_process}
