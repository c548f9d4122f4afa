"""The step `pull_from_remote_storage`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from fsspec import register_implementation
from fsspec.core import url_to_fs

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import SECRET_NAMES
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.transfer.failure import failure_of
from syntask_yaml.steps.transfer.pull import pull
from syntask_yaml.steps.transfer.remote import Remote
from syntask_yaml.urls import url_parts

_FORMS = "Write it as `s3://bucket/folder`, `gs://bucket/folder`, or another URL that fsspec supports."

# The class that gcsfs registers requests the type of each bucket, which can take minutes to fail.
for _scheme in ("gs", "gcs"):
    register_implementation(_scheme, "gcsfs.core.GCSFileSystem", clobber=True)


@step("pull_from_remote_storage", outputs=("directory",), extra="s3", on_stock_workers=True)
def pull_from_remote_storage(context: StepContext, *, url: str, **settings: Any) -> Outputs:
    """Copy a folder from any storage that fsspec supports.

    It is then in a directory called like the host or bucket, with the folder's path; the output is that
    directory's path from here.

    Args:
        url: The URL of the folder. Example: `s3://flows/production`.
        **settings: Further keys are settings of the storage.
    """
    remote, name = open_storage(url, settings)
    target = context.directory / name
    if not target.resolve().is_relative_to(context.directory.resolve()):
        hint = "Remove it, so that the copy can be written there."
        raise StepFailed(f"`{name}` is a link to outside the current directory.", hint=hint)
    target.mkdir(parents=True, exist_ok=True)
    pull(remote, target, context)
    return {"directory": name}


def open_storage(url: str, settings: dict[str, Any]) -> tuple[Remote, str]:
    """Return the folder at *url*, and the name of its copy. Raises StepFailed."""
    parts = url_parts(url)
    host = parts.netloc.rpartition("@")[2]
    name = "/".join(filter(None, (host.replace(":", "-"), *parts.path.split("/"))))
    if not parts.scheme or "://" not in url or not name or ".." in Path(name).parts:
        raise StepFailed("The URL does not refer to a folder in a store.", hint=_FORMS)
    secrets = (str(value) for key, value in settings.items() if key in SECRET_NAMES and value)
    shown = f"{parts.scheme}://{host}{parts.path}".rstrip("/")
    nowhere = Remote(None, "", shown, (*secrets, *_login(url)))
    try:
        filesystem, path = url_to_fs(url, skip_instance_cache=True, **settings)
    except ImportError as error:
        hint = (
            "Install the required packages, for example with `pip install "
            f"'syntask-yaml[{_extra(parts.scheme)}]'`."
        )
        raise StepFailed(f"`{parts.scheme}://` cannot be used here: {error}.", hint=hint) from error
    except (TypeError, ValueError) as error:
        detail = f"Cannot open `{shown}`: {nowhere.scrubber.scrub(str(error))}"
        raise StepFailed(detail, hint=_FORMS) from None
    except Exception as error:  # noqa: BLE001  (whatever a store's library raises)
        raise failure_of(error, nowhere) from None
    return replace(nowhere, filesystem=filesystem, path=str(path).rstrip("/")), name


def _login(url: str) -> tuple[str, ...]:
    password = url_parts(url).password
    return (password,) if password else ()


def _extra(scheme: str) -> str:
    return {"gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}.get(scheme, "s3")
