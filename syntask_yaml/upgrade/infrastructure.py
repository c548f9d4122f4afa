"""The table of infrastructure block types and their work pool types and job variables."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.model.secret import Secret, holds_secret, revealed
from syntask_yaml.upgrade.secrets import unveiled
from syntask_yaml.upgrade.templates.kubernetes import AGENT_MANIFEST

_COMMON = frozenset("name env labels command".split())

# The default command of a run.
_ENGINE = re.compile(r"(?:\S*python\S* -m )?prefect(?:\.engine| flow-run execute)\s*")
_PREFECT_2 = re.compile(r"(?:docker\.io/)?prefecthq/prefect:2(?:[.-]\S*)?")
_LATEST = re.compile(r"(?:.*:latest|[^:]*|.*/[^:]*)")


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """A type of infrastructure block, as a type of work pool.

    *variables* are the job variables of the pool type, *renamed* the fields with other names, and *values*
    the conversions of values. *same* are the defaults of workers. Fields *in_template* can only be set in the
    pool's base job template; *differs* describes fields that workers handle differently. *units* are fields
    that are appended to the value of another field.
    """

    type: str
    variables: frozenset[str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    same: Mapping[str, Any] = field(default_factory=dict)
    in_template: frozenset[str] = frozenset()
    differs: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def variable(self, key: str) -> str:
        """Return the job variable of the block's field *key*."""
        return self.renamed.get(key, key)

    def value(self, key: str, value: Any) -> Any:
        """Return the value of the field *key* in the form of its job variable."""
        if key == "command" and isinstance(value, list):
            joined = shlex.join(map(str, revealed(value)))
            return Secret(joined) if holds_secret(value) else joined
        write = self.values.get(key)
        return value if write is None else write(value)


def is_engine(command: Any) -> bool:
    """Return whether *command* is the default command of a run."""
    text = " ".join(map(str, command)) if isinstance(command, list) else str(command)
    return _ENGINE.fullmatch(text) is not None


def is_prefect_2(image: Any) -> bool:
    """Return whether *image* is an official image of Prefect 2."""
    return isinstance(image, str) and _PREFECT_2.fullmatch(image) is not None


def is_plain(key: str, value: Any) -> bool:
    """Return whether the template field has the block's default value."""
    return key == "job" and unveiled(key, value) == AGENT_MANIFEST


def _pulled_always(settings: Mapping[str, Any]) -> Any:
    image = settings.get("image")
    return "Always" if isinstance(image, str) and _LATEST.fullmatch(image) else None


# Defaults of blocks that differ from those of workers: the job variable, a function of the block's other
# values, and the difference.
IMPLIED: Mapping[str, tuple[tuple[str, Callable[[Mapping[str, Any]], Any], str], ...]] = {
    "kubernetes": (
        (
            "image_pull_policy",
            _pulled_always,
            "Agents always pulled an image without a version. Workers pull it only if it is missing, so "
            "`image_pull_policy: Always` is set.",
        ),
    ),
    "ecs": (
        (
            "auto_deregister_task_definition",
            lambda _settings: True,
            "Agents deregistered task definitions and workers do not, so "
            "`auto_deregister_task_definition: true` is set.",
        ),
        (
            "task_start_timeout_seconds",
            lambda _settings: 120,
            "Agents waited 120 seconds for the start of a task and workers wait 300, so "
            "`task_start_timeout_seconds: 120` is set.",
        ),
    ),
}


def _pull_policy(value: Any) -> Any:
    names = {"ALWAYS": "Always", "NEVER": "Never", "IF_NOT_PRESENT": "IfNotPresent"}
    return names.get(str(value).upper().replace("-", "_"), value)


def _millicpu(value: Any) -> Any:
    return f"{value * 1000}m" if isinstance(value, int) else value


def _hours(value: Any) -> Any:
    return math.ceil(value / 3600) if isinstance(value, (int, float)) else value


def _variables(names: str) -> frozenset[str]:
    return _COMMON | frozenset(names.split())


_STREAMED = {"stream_output": True}

# By block type slug.
INFRASTRUCTURE: Mapping[str, Infrastructure] = {
    "process": Infrastructure("process", _variables("stream_output working_dir"), same=_STREAMED),
    "docker-container": Infrastructure(
        "docker",
        _variables(
            "image image_pull_policy networks network_mode auto_remove volumes stream_output mem_limit "
            "memswap_limit privileged container_create_kwargs registry_credentials"
        ),
        values={"image_pull_policy": _pull_policy},
        same={**_STREAMED, "auto_remove": False, "privileged": False},
        in_template=frozenset({"image_registry"}),
    ),
    "kubernetes-job": Infrastructure(
        "kubernetes",
        _variables(
            "image namespace service_account_name image_pull_policy finished_job_ttl stream_output "
            "job_watch_timeout_seconds pod_watch_timeout_seconds"
        ),
        values={"image_pull_policy": _pull_policy},
        same={**_STREAMED, "namespace": "default", "pod_watch_timeout_seconds": 60},
        in_template=frozenset({"job", "customizations", "cluster_config"}),
    ),
    "ecs-task": Infrastructure(
        "ecs",
        _variables(
            "task_definition_arn cluster family launch_type image cpu memory task_role_arn vpc_id "
            "execution_role_arn configure_cloudwatch_logs cloudwatch_logs_options stream_output "
            "task_start_timeout_seconds task_watch_poll_interval auto_deregister_task_definition "
            "network_configuration container_name capacity_provider_strategy cloudwatch_logs_prefix "
            "match_latest_revision_in_family"
        ),
        same={"launch_type": "FARGATE", "task_watch_poll_interval": 5.0},
        in_template=frozenset({"aws_credentials", "task_definition", "task_customizations"}),
    ),
    "cloud-run-job": Infrastructure(
        "cloud-run",
        _variables("region image cpu memory vpc_connector_name service_account_name keep_job timeout"),
        values={"cpu": _millicpu},
        same={"keep_job": False, "timeout": 600},
        in_template=frozenset({"credentials", "args"}),
        units={"memory_unit": "memory"},
        differs={"max_retries": "Workers of type `cloud-run` do not retry a failed job."},
    ),
    "cloud-run-job-v2": Infrastructure(
        "cloud-run-v2",
        _variables(
            "region image args keep_job launch_stage max_retries cpu memory timeout vpc_connector_name "
            "service_account_name"
        ),
        same={"keep_job": False, "timeout": 600},
        in_template=frozenset({"credentials"}),
    ),
    "vertex-ai-custom-training-job": Infrastructure(
        "vertex-ai",
        _variables(
            "region image machine_type accelerator_type accelerator_count boot_disk_type boot_disk_size_gb "
            "maximum_run_time_hours network reserved_ip_ranges service_account_name job_watch_poll_interval"
        ),
        renamed={"maximum_run_time": "maximum_run_time_hours", "service_account": "service_account_name"},
        values={"maximum_run_time": _hours},
        in_template=frozenset({"gcp_credentials"}),
    ),
    "azure-container-instance-job": Infrastructure(
        "azure-container-instance",
        _variables(
            "image resource_group_name subscription_id identities entrypoint cpu memory gpu_count gpu_sku "
            "subnet_ids dns_servers stream_output keep_container_group task_start_timeout_seconds "
            "task_watch_poll_interval"
        ),
        in_template=frozenset({"aci_credentials", "image_registry"}),
    ),
}
