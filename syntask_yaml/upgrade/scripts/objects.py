"""Blocks, schedules and other objects of Prefect 2 as mappings, in the form of its files."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from syntask_yaml.document.location import MappingLocation
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Call, Evaluator, Found
from syntask_yaml.upgrade.scripts.expressions import EXPRESSIONS
from syntask_yaml.upgrade.scripts.functions import FUNCTIONS, keywords
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Frame
from syntask_yaml.upgrade.scripts.rules import rule
from syntask_yaml.upgrade.template_text import TemplateText, has_variables

# Slugs of block types, by package and class.
_SLUGS: Mapping[str, str] = {
    "prefect.Process": "process",
    "prefect.DockerContainer": "docker-container",
    "prefect.DockerRegistry": "docker-registry",
    "prefect.KubernetesJob": "kubernetes-job",
    "prefect.KubernetesClusterConfig": "kubernetes-cluster-config",
    "prefect.LocalFileSystem": "local-file-system",
    "prefect.RemoteFileSystem": "remote-file-system",
    "prefect.GitHub": "github",
    "prefect.S3": "s3",
    "prefect.GCS": "gcs",
    "prefect.Azure": "azure",
    "prefect.SMB": "smb",
    "prefect.Secret": "secret",
    "prefect.SubprocessFlowRunner": "process",
    "prefect.UniversalFlowRunner": "process",
    "prefect.DockerFlowRunner": "docker-container",
    "prefect.KubernetesFlowRunner": "kubernetes-job",
    "prefect_aws.AwsCredentials": "aws-credentials",
    "prefect_aws.ECSTask": "ecs-task",
    "prefect_aws.S3Bucket": "s3-bucket",
    "prefect_azure.AzureBlobStorageContainer": "azure-blob-storage-container",
    "prefect_azure.AzureBlobStorageCredentials": "azure-blob-storage-credentials",
    "prefect_azure.AzureContainerInstanceCredentials": "azure-container-instance-credentials",
    "prefect_azure.AzureContainerInstanceJob": "azure-container-instance-job",
    "prefect_bitbucket.BitBucketCredentials": "bitbucket-credentials",
    "prefect_bitbucket.BitBucketRepository": "bitbucket-repository",
    "prefect_docker.DockerRegistryCredentials": "docker-registry-credentials",
    "prefect_gcp.CloudRunJob": "cloud-run-job",
    "prefect_gcp.CloudRunJobV2": "cloud-run-job-v2",
    "prefect_gcp.GcpCredentials": "gcp-credentials",
    "prefect_gcp.GcsBucket": "gcs-bucket",
    "prefect_gcp.VertexAICustomTrainingJob": "vertex-ai-custom-training-job",
    "prefect_github.GitHubCredentials": "github-credentials",
    "prefect_github.GitHubRepository": "github-repository",
    "prefect_gitlab.GitLabCredentials": "gitlab-credentials",
    "prefect_gitlab.GitLabRepository": "gitlab-repository",
    "prefect_kubernetes.KubernetesCredentials": "kubernetes-credentials",
    "prefect_kubernetes.KubernetesJob": "k8s-job",
}
_SCHEDULES: Mapping[str, tuple[str, ...]] = {
    "CronSchedule": ("cron",),
    "IntervalSchedule": ("interval",),
    "RRuleSchedule": ("rrule",),
    "construct_schedule": ("cron", "interval", "rrule"),
}
_LISTED = frozenset({"DeploymentScheduleCreate", "MinimalDeploymentSchedule", "DeploymentSchedule"})
_FROM_RULE = "RRuleSchedule.from_rrule"


def call_of(name: str) -> Call | None:
    """Return the handler for calls of the function or class *name*; None if it is unknown."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name == "dateutil.rrule.rrule":
        return rule
    if not name.startswith("prefect"):
        return None
    last = name.rpartition(".")[2]
    if name.endswith(_FROM_RULE):
        return _from_rule
    if last in _SCHEDULES:
        return _schedule(_SCHEDULES[last])
    if last in _LISTED:
        return _constructed({})
    return _block_call(name)


def evaluator_of(scope: NameScope, places: Places) -> Evaluator:
    """Return an evaluator for the module that ends at *scope*."""
    return Evaluator(scope, places, call_of, EXPRESSIONS)


def slug_of(name: str) -> str:
    """Return the block type slug of a class; for an unknown one, as Prefect derives it from the name."""
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    return _SLUGS.get(f"{package}.{last}") or re.sub(r"[^a-z0-9]+", "-", last.lower())


def _block_call(name: str) -> Call | None:
    owner, _, method = name.rpartition(".")
    if method in ("load", "aload"):
        return _loaded("" if owner.endswith(".Block") else slug_of(owner))
    package, last = name.partition(".")[0], method
    slug = _SLUGS.get(f"{package}.{last}")
    return _constructed({"_block_type_slug": slug}) if slug else None


def _constructed(more: Mapping[str, Any]) -> Call:
    """Evaluate a constructor call to a mapping of its arguments, with *more* items."""

    def call(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
        if node.args:
            raise Dynamic(node)
        found = evaluator.mapping(keywords(evaluator, node, frame), evaluator.start(node, frame), frame)
        return Found({**found.value, **more}, found.location)

    return call


def _loaded(slug: str) -> Call:
    """Evaluate a load by name: `GitHub.load("name")`, `Block.load("type/name")`."""

    def call(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
        named = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
        if not (node.args or named):
            raise Dynamic(node)
        written = [*node.args, *named][0]
        name = evaluator.evaluate(written, frame).value
        if not isinstance(name, str) or (isinstance(name, TemplateText) and not name.is_of_environment):
            raise Dynamic(written)
        kind, _, block = (slug, "/", name) if slug else name.partition("/")
        if not block or has_variables(kind):
            raise Dynamic(written)
        block = TemplateText(block) if has_variables(block) else block
        value = {"_block_type_slug": kind, "_block_document_name": block}
        return Found(value, MappingLocation(evaluator.start(node, frame)))

    return call


def _schedule(needed: tuple[str, ...]) -> Call:
    """Evaluate a schedule, which needs one of the keys *needed*."""
    construct = _constructed({})

    def call(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
        known = len(evaluator.left)
        found = construct(evaluator, node, frame)
        if not any(found.value.get(key) for key in needed):
            left = evaluator.left[known:]
            del evaluator.left[known:]
            raise Dynamic(left[0] if left else node)
        return found

    return call


def _from_rule(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
    if len(node.args) != 1:
        raise Dynamic(node)
    found = evaluator.evaluate(node.args[0], frame)
    if not isinstance(found.value, dict) or "rrule" not in found.value:
        raise Dynamic(node.args[0])
    return found
