"""Blocks: typed values that are stored on the backend under a name, or constructed in code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from syntask_yaml.model.pool import WorkPool


class Block:
    """A block whose attributes are the *fields* of its type.

    If a stored block is passed to a deployment, a reference to it is stored, not its values.
    """

    block_type_slug: str = ""

    def __init__(self, **fields: Any) -> None:
        self.name = ""
        self.fields = fields
        self._read: Mapping[str, Any] | None = None

    @classmethod
    def load(cls, name: str, validate: bool = True) -> Self:  # noqa: ARG003  (the backend validates blocks)
        """Return the block of this type called *name* on the backend. It is read on first use.

        For types without a class, use `Block.load("aws-credentials/prod")`. Raises ValueError if such a name
        has no type.
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
        """Return a field, as constructed or as stored. Raises NotFound if the block does not exist."""
        if name.startswith("_") or name in ("name", "fields"):
            raise AttributeError(name)
        if self.name and self._read is None:
            self._read = _sdk().read_block(self)
        fields = self._read or self.fields
        if name not in fields:
            raise AttributeError(f"The block `{self.full_name}` has no field `{name}`.")
        return fields[name]

    def save(self, name: str | None = None, overwrite: bool = False) -> str:
        """Store the block on the backend as *name*, and return the name.

        Raises BackendConflict if it exists, unless *overwrite*; BackendRefused for a type that current
        servers do not have.
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
    """A secret on the backend: `Secret.load("token").get()`."""

    block_type_slug = "secret"

    def get(self) -> Any:
        """Read the value from the backend. Raises NotFound if the block does not exist."""
        return self.fields["value"] if self.fields else _sdk().read_block(self)["value"]


class GitHub(Block):
    """A git repository: `repository`, `reference`, `access_token`. The `github-repository` of Prefect 3."""

    block_type_slug = "github"


class S3(Block):
    """A folder on S3: `bucket_path`, `aws_access_key_id`, `aws_secret_access_key`."""

    block_type_slug = "s3"


class GCS(Block):
    """A folder on Google Cloud Storage: `bucket_path`, `service_account_info`, `project`."""

    block_type_slug = "gcs"


class Azure(Block):
    """A folder on Azure Blob Storage: `bucket_path`, `azure_storage_container` and credentials."""

    block_type_slug = "azure"


class LocalFileSystem(Block):
    """A local folder: `basepath`."""

    block_type_slug = "local-file-system"


class RemoteFileSystem(Block):
    """A folder accessed with fsspec: `basepath`, `settings`."""

    block_type_slug = "remote-file-system"


class Infrastructure(Block):
    """The infrastructure of runs for an agent of Prefect 2. Work pools replace it."""

    def publish_as_work_pool(self, work_pool_name: str | None = None) -> WorkPool:
        """Create a work pool with the name and the settings of the block, and return it.

        An existing pool with the same settings is kept. Raises BackendConflict if the settings differ,
        NotFound if the block does not exist.
        """
        pool: WorkPool = _sdk().publish(self, work_pool_name)
        return pool


class Process(Infrastructure):
    """Runs in processes: `env`, `working_dir`, `command`, `stream_output`."""

    block_type_slug = "process"


class DockerContainer(Infrastructure):
    """Runs in containers: `image`, `env`, `networks`, `volumes` …"""

    block_type_slug = "docker-container"


class KubernetesJob(Infrastructure):
    """Runs in Kubernetes jobs: `image`, `namespace`, `job`, `customizations` …"""

    block_type_slug = "kubernetes-job"


def _sdk() -> Any:
    from syntask_yaml import sdk

    return sdk
