"""Blocks: values that the backend keeps under a name, or that code writes down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from syntask_yaml.model.pool import WorkPool


class Block:
    """A block with the *fields* of its type, which are its attributes. Where one of the backend is passed to
    a deployment, a reference to it is stored, and not its values.
    """

    block_type_slug: str = ""

    def __init__(self, **fields: Any) -> None:
        self.name = ""
        self.fields = fields
        self._read: Mapping[str, Any] | None = None

    @classmethod
    def load(cls, name: str, validate: bool = True) -> Self:  # noqa: ARG003  (the backend has checked it)
        """Return the block of this type that the backend has as *name*. It is read when it is used.

        For a type without a class here, use `Block.load("aws-credentials/prod")`. Raises ValueError for a
        name without a type there.
        """
        block = cls()
        block.name = name
        if not cls.block_type_slug:
            block.block_type_slug, _, block.name = name.partition("/")
            if not block.name:
                raise ValueError(f"`{name}` does not say the type of the block. Write `type/name`.")
        return block

    @classmethod
    async def aload(cls, name: str, validate: bool = True) -> Self:
        """Do what `load` does, in a coroutine."""
        return cls.load(name, validate)

    def __getattr__(self, name: str) -> Any:
        """A field: as code wrote it down, or as the backend has it. Raises NotFound for a missing block."""
        if name.startswith("_") or name in ("name", "fields"):
            raise AttributeError(name)
        if self.name and self._read is None:
            self._read = _sdk().read_block(self)
        fields = self._read or self.fields
        if name not in fields:
            raise AttributeError(f"The block `{self.full_name}` has no field `{name}`.")
        return fields[name]

    def save(self, name: str | None = None, overwrite: bool = False) -> str:
        """Write the block to the backend as *name*, and return that.

        Raises BackendConflict if there is one, unless *overwrite*; BackendRefused for a type that servers
        of today do not have.
        """
        _sdk().save_block(self, name or self.name, overwrite=overwrite)
        self.name = name or self.name
        return self.name

    @property
    def full_name(self) -> str:
        """`type/name`."""
        return f"{self.block_type_slug}/{self.name}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}.load({self.name!r})" if self.name else f"{type(self).__name__}(…)"


class Secret(Block):
    """A secret of the backend: `Secret.load("token").get()`."""

    block_type_slug = "secret"

    def get(self) -> Any:
        """Read the value from the backend. Raises NotFound if there is no such block."""
        return self.fields["value"] if self.fields else _sdk().read_block(self)["value"]


class GitHub(Block):
    """A repository: `repository`, `reference`, `access_token`. Prefect 3 calls it `github-repository`."""

    block_type_slug = "github"


class S3(Block):
    """A folder of S3: `bucket_path`, `aws_access_key_id`, `aws_secret_access_key`."""

    block_type_slug = "s3"


class GCS(Block):
    """A folder of Google Cloud Storage: `bucket_path`, `service_account_info`, `project`."""

    block_type_slug = "gcs"


class Azure(Block):
    """A folder of Azure Blob Storage: `bucket_path`, `azure_storage_container` and credentials."""

    block_type_slug = "azure"


class LocalFileSystem(Block):
    """A folder of this machine: `basepath`."""

    block_type_slug = "local-file-system"


class RemoteFileSystem(Block):
    """A folder that fsspec reads: `basepath`, `settings`."""

    block_type_slug = "remote-file-system"


class Infrastructure(Block):
    """How an agent of Prefect 2 started runs. A work pool takes its place."""

    def publish_as_work_pool(self, work_pool_name: str | None = None) -> WorkPool:
        """Create a work pool with the settings of the block, called as the block, and return it.

        A pool that is there already with the same settings is left as it is. Raises BackendConflict for
        one with others, NotFound if there is no such block.
        """
        pool: WorkPool = _sdk().publish(self, work_pool_name)
        return pool


class Process(Infrastructure):
    """Runs as processes: `env`, `working_dir`, `command`, `stream_output`."""

    block_type_slug = "process"


class DockerContainer(Infrastructure):
    """Runs in containers: `image`, `env`, `networks`, `volumes` …"""

    block_type_slug = "docker-container"


class KubernetesJob(Infrastructure):
    """Runs as jobs of Kubernetes: `image`, `namespace`, `job`, `customizations` …"""

    block_type_slug = "kubernetes-job"


def _sdk() -> Any:
    from syntask_yaml import sdk

    return sdk
