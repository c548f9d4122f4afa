"""Storage blocks of Prefect 2: `from syntask.filesystems import GitHub`."""

from syntask._backend.blocks import GCS, S3, Azure, GitHub, LocalFileSystem, RemoteFileSystem

__all__ = ["GCS", "S3", "Azure", "GitHub", "LocalFileSystem", "RemoteFileSystem"]
