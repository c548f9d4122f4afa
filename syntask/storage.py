"""The same as `syntask.filesystems`, under the name that guides use."""

from syntask.filesystems import GCS, S3, Azure, GitHub, LocalFileSystem, RemoteFileSystem

__all__ = ["GCS", "S3", "Azure", "GitHub", "LocalFileSystem", "RemoteFileSystem"]
