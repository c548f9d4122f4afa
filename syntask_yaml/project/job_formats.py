"""The requirements of workers for job variables beyond the template of the pool, by type of pool.

A server accepts an invalid value, and the run crashes: the worker, the container engine or the cluster
rejects it. The rules are those of prefect-docker 0.7, docker-py 7, the engine's image references and the API
of Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.model.value import Value
from syntask_yaml.template import is_template


class FormatProblem(NamedTuple):
    """A sentence on why a worker cannot use a value, and what to write instead."""

    reason: str
    hint: str = ""


_Check: TypeAlias = Callable[[str], "FormatProblem | None"]


def format_problems(pool_type: str, name: str, value: Value) -> Iterator[FormatProblem]:
    """Yield why workers of *pool_type* cannot use *value* for the job variable *name*.

    Texts with templates are resolved by the run, and the pool's template checks the types.
    """
    check = _CHECKS.get(pool_type, {}).get(name)
    if check is not None:
        for text in _texts(value):
            if found := check(text):
                yield found


def swap_problem(job: Mapping[str, Value]) -> FormatProblem | None:
    """Return the contradiction between the memory limits in the job variables of a container, if any."""
    memory, swap = _bytes(job.get("mem_limit")), _bytes(job.get("memswap_limit"))
    if memory is None or swap is None or swap <= 0 or swap >= memory:
        return None
    reason = "`memswap_limit` is the sum of memory and swap, and is less than `mem_limit`."
    return FormatProblem(reason, "Raise `memswap_limit`, or use -1 for unlimited swap.")


def _texts(value: Value) -> Iterator[str]:
    """Yield the texts to check: the items of a list, the keys of a mapping."""
    for each in value if isinstance(value, (list, tuple, Mapping)) else (value,):
        if isinstance(each, str) and not is_template(each):
            yield each


def _matches(pattern: str, form: str, hint: Callable[[str], str] = lambda _: "") -> _Check:
    """Return a check for texts of *pattern*, which *form* describes."""
    compiled = re.compile(pattern)

    def check(text: str) -> FormatProblem | None:
        return None if compiled.fullmatch(text) else FormatProblem(f"`{text}` is not {form}.", hint(text))

    return check


_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::\d+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_IMAGE = _matches(
    rf"(?:(?:{_HOST}|\[[0-9A-Fa-f:]+\](?::\d+)?)/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9+._-]*:[0-9A-Fa-f]{32,})?",
    "an image reference",
    lambda text: "Write it in lower case." if text != text.lower() else "Write `[HOST/]NAME[:TAG]`.",
)

_ABSOLUTE = r"(?:/|[A-Za-z]:\\|\\\\)[^:]*|\.{1,2}(?:[/\\][^:]*)?"
_VOLUME = _matches(
    rf"/[^:]+|(?:(?:{_ABSOLUTE}):/[^:]*|[A-Za-z0-9][A-Za-z0-9_.-]*:[^:]+)(?::r[ow])?",
    "a volume",
    lambda _: "Write `HOST:CONTAINER`, with `:ro` at the end for a read-only volume.",
)

_MEMORY = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:([bkmgtBKMGT])[bB]?)?")
_UNITS = {"": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40}


def _memory(text: str) -> FormatProblem | None:
    if not text or _bytes(text) is not None:
        return None
    return FormatProblem(
        f"`{text}` is not an amount of memory.", "Write a number and a unit, such as `512m` or `2g`."
    )


def _bytes(value: Value) -> float | None:
    """Return an amount of memory as the engine reads it; None if it is invalid or unknown."""
    if isinstance(value, (int, float)):
        return value
    match = _MEMORY.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * 2 ** _UNITS[(match[2] or "").lower()] if match else None


_QUANTITY = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_AMOUNT = re.compile(r"([+-]?[\d.]+)\s*([kmgtpe])i?b?", re.IGNORECASE)


def _quantity(text: str) -> FormatProblem | None:
    if _QUANTITY.fullmatch(text):
        return None
    meant = _AMOUNT.fullmatch(text)
    hint = "Write a number with a unit, such as `512Mi` for memory or `500m` for CPU."
    if meant:
        hint = f"Did you mean `{meant[1]}{meant[2].upper()}i`?"
    return FormatProblem(f"`{text}` is not a quantity of Kubernetes.", hint)


def _name_of(what: str, most: int, dots: str = "") -> _Check:
    pattern = rf"(?=.{{1,{most}}}$)[a-z0-9](?:[a-z0-9{dots}-]*[a-z0-9])?"
    allowed = (
        "lower-case letters, digits, dashes and dots" if dots else "lower-case letters, digits and dashes"
    )
    return _matches(pattern, f"a name of {what}", lambda _: f"Use at most {most} {allowed}.")


# The options of docker-py for creating a container that the worker does not set itself.
_CREATE_KEYWORDS = frozenset(
    "cap_add cap_drop cgroup_parent cgroupns cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period "
    "cpu_rt_runtime cpu_shares cpuset_cpus cpuset_mems detach device_cgroup_rules device_read_bps "
    "device_read_iops device_requests device_write_bps device_write_iops devices dns dns_opt dns_search "
    "domainname entrypoint extra_hosts group_add healthcheck hostname init init_path ipc_mode isolation "
    "kernel_memory links log_config lxc_conf mac_address mem_reservation mem_swappiness mounts nano_cpus "
    "network_disabled networking_config oom_kill_disable oom_score_adj pid_mode pids_limit platform ports "
    "publish_all_ports read_only restart_policy runtime security_opt shm_size stdin_open stop_signal "
    "storage_opt sysctls tmpfs tty ulimits use_config_proxy user userns_mode uts_mode version volume_driver "
    "volumes_from working_dir blkio_weight blkio_weight_device".split()
)
# The options that workers set themselves, and the job variables that they come from.
_SET_BY_WORKERS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            "auto_remove command env image image_pull_policy labels mem_limit memswap_limit name "
            "network_mode networks privileged registry_credentials stream_output volumes"
        ).split()
    },
    "environment": "env",
    "network": "networks",
}


def _create_keyword(text: str) -> FormatProblem | None:
    if text in _CREATE_KEYWORDS:
        return None
    if variable := _SET_BY_WORKERS.get(text):
        hint = f"Set the job variable `{variable}` instead."
        return FormatProblem(f"Workers set `{text}` themselves.", hint)
    hint = did_you_mean(text, _CREATE_KEYWORDS | _SET_BY_WORKERS.keys())
    return FormatProblem(f"Docker has no option `{text}` to create a container.", hint)


_NAMESPACE, _ACCOUNT = _name_of("a namespace", 63), _name_of("a service account", 253, r"\.")

_CHECKS: Mapping[str, Mapping[str, _Check]] = {
    "docker": {
        "image": _IMAGE,
        "volumes": _VOLUME,
        "mem_limit": _memory,
        "memswap_limit": _memory,
        "container_create_kwargs": _create_keyword,
    },
    "kubernetes": {
        "image": _IMAGE,
        "namespace": _NAMESPACE,
        "service_account_name": _ACCOUNT,
        **dict.fromkeys(("memory_request", "memory_limit", "cpu_request", "cpu_limit"), _quantity),
    },
}
