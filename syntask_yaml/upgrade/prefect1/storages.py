"""Storages and run configurations of flows, in Prefect 2's terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.static import NotStatic
from syntask_yaml.upgrade.secrets import has_login

Values = Mapping[str, Any]
Fields = dict[str, Any]

_PREFECT_1 = re.compile(r"(?:docker\.io/)?prefecthq/prefect(?::.*)?")
# Arguments of all these classes that affect neither the code's location nor the infrastructure.
_COMMON = frozenset({"labels", "add_default_labels", "result", "stored_as_script", "secrets", "validate"})


def _git(host: str, repository: str) -> Callable[[Values], Fields]:
    """Return a class for repositories of a service at *host*; `{}` parts of *repository* are arguments."""

    def convert(values: Values) -> Fields:
        given = {"host": host, **{key: value for key, value in values.items() if value is not None}}
        address = repository.format_map(given)
        url = address if "://" in address else f"https://{address}"
        if has_login(url):
            raise NotStatic("its address holds a login")
        fields = {"_block_type_slug": "github", "repository": url}
        reference = (
            values.get("ref") or values.get("branch_name") or values.get("tag") or values.get("commit")
        )
        if reference:
            fields["reference"] = reference
        token = values.get("access_token_secret") or values.get("git_token_secret_name")
        token = token or next(iter(values.get("secrets") or ()), None)
        if token:
            fields |= {"access_token": "(in the block)", "_block_document_name": slug(str(token))}
        return fields

    return convert


def _bitbucket(values: Values) -> Fields:
    owner = values.get("workspace") or values.get("project")
    if values.get("host"):
        return _git(str(values["host"]), "{host}/scm/{project}/{repo}.git")(values)
    return _git("bitbucket.org", f"{{host}}/{owner}/{{repo}}.git")(values)


def _github(values: Values) -> Fields:
    base = str(values.get("base_url") or "https://github.com").rstrip("/").replace("/api/v3", "")
    return _git(base, "{host}/{repo}")(values)


def _any_git(values: Values) -> Fields:
    if values.get("git_clone_url_secret_name") or values.get("use_ssh") or not values.get("repo"):
        raise NotStatic("the address is a secret, or needs a key")
    return _git(str(values.get("repo_host") or "github.com"), "{host}/{repo}.git")(values)


def _bucket(type: str) -> Callable[[Values], Fields]:
    def convert(values: Values) -> Fields:
        fields = {"_block_type_slug": type, "bucket_path": values.get("bucket") or values.get("container")}
        if type == "gcs" and values.get("project"):
            fields["project"] = values["project"]
        return fields

    return convert


def _local(_values: Values) -> Fields:
    return {}


def _module(values: Values) -> Fields:
    """Convert a module that is installed in runs: it is part of the entrypoint."""
    return {"module": values.get("module")}


def _image(values: Values) -> Fields:
    """Convert an image that contains the code, with a note about its build."""
    name = "/".join(filter(None, (values.get("registry_url"), values.get("image_name"))))
    tag = values.get("image_tag")
    return {"image": f"{name}:{tag}" if tag else name} if values.get("image_name") else {}


# By class of `prefect.storage`: the conversion, positional arguments, and carried arguments.
STORAGES: Mapping[str, tuple[Callable[[Values], Fields], tuple[str, ...]]] = {
    "GitHub": (_github, ("repo", "path", "ref", "access_token_secret", "base_url")),
    "GitLab": (
        _git("gitlab.com", "{host}/{repo}.git"),
        ("repo", "host", "path", "ref", "access_token_secret"),
    ),
    "Bitbucket": (_bitbucket, ("project", "repo", "workspace", "host", "path", "ref")),
    "Git": (_any_git, ("flow_path", "repo", "repo_host", "flow_name", "git_token_secret_name")),
    "S3": (_bucket("s3"), ("bucket", "key")),
    "GCS": (_bucket("gcs"), ("bucket", "key", "project")),
    "Azure": (_bucket("azure"), ("container",)),
    "Local": (_local, ("directory", "validate", "path")),
    "Module": (_module, ("module",)),
    "Docker": (_image, ("registry_url", "base_image")),
}

# By class of `prefect.run_configs`: the type of infrastructure block.
RUN_CONFIGS: Mapping[str, str] = {
    "LocalRun": "process",
    "UniversalRun": "process",
    "DockerRun": "docker-container",
    "KubernetesRun": "kubernetes-job",
    "ECSRun": "ecs-task",
    "VertexRun": "vertex-ai-custom-training-job",
}


def infrastructure(kind: str, values: Values) -> Fields:
    """Return a run configuration as an infrastructure block; images of Prefect 1 are omitted."""
    fields = {key: value for key, value in values.items() if key not in _COMMON and value}
    cluster = fields.get("run_task_kwargs")
    if isinstance(cluster, dict) and set(cluster) == {"cluster"}:
        fields = {**fields, "cluster": cluster["cluster"]}
        del fields["run_task_kwargs"]
    return {"_block_type_slug": RUN_CONFIGS[kind], **fields}


def is_prefect_1(image: Any) -> bool:
    """Return whether *image* is an official image of Prefect 1."""
    return isinstance(image, str) and _PREFECT_1.fullmatch(image) is not None


def queue_of(labels: list[str]) -> str:
    """Return the work queue that replaces labels, which chose agents."""
    return "-".join(slug(label) for label in dict.fromkeys(labels))
