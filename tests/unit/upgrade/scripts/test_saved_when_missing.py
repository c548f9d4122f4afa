"""A block that a script loads, or makes and saves where it is missing, is the block of that name."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes

HEAD = """\
from prefect.deployments import Deployment
from prefect.filesystems import GCS, S3
from free import free
NAME = "code"
"""
TRY = 'try:\n    b = S3.load("code")\nexcept ValueError:\n'
MADE = 'def made():\n    try:\n        return S3.load("code")\n    except ValueError:\n'
MAKE = '    b = S3()\n    b.save("code")\n'
CALL = 'Deployment.build_from_flow(free, "nightly", apply=True, storage={})\n'
BY_NAME = {
    "syntask.deployments.steps.pull_with_block": {
        "block_type_slug": "s3-bucket",
        "block_document_name": "code",
    }
}


def upgraded(old: OldRepository, text: str, storage: str = "b") -> tuple[object, set[str]]:
    """The steps that pull code, and the codes of what is reported."""
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    old.write("deploy.py", HEAD + text + CALL.format(storage))
    (result,) = old.upgrade().results
    return result.entry.get("pull"), codes(result.problems)


@pytest.mark.parametrize(
    ("text", "storage"),
    [
        (TRY + MAKE, "b"),
        (
            "try:\n    b = S3.load(NAME)\nexcept ValueError as e:\n    if e.args:\n        raise\n"
            "    b = S3()\n    b.save(name=NAME, overwrite=True)\n",
            "b",
        ),
        (
            f"{TRY.replace('ValueError', 'KeyError')}    raise\nexcept Exception:\n"
            '    S3().save("code")\n    b = S3.load("code")\n',
            "b",
        ),
        (f'{MADE}        b = S3()\n        b.save("code")\n        return b\n', "made()"),
        (
            'def made() -> S3:\n    name = "code"\n    try:\n        b: S3 = S3.load(name)\n'
            "        return b\n    except ValueError as e:\n        if e.args:\n            b = S3()\n"
            "            b.save(name)\n            return b\n        else:\n            raise e\n",
            "made()",
        ),
        (
            'def made():\n    try:\n        b = S3.load("code")\n    except ValueError:\n'
            '        b = S3()\n        b.save("code")\n    return b\n',
            "made()",
        ),
    ],
)
def test_it_is_the_block_of_that_name(old: OldRepository, text: str, storage: str) -> None:
    assert upgraded(old, text, storage) == ([BY_NAME], set())


@pytest.mark.parametrize(
    ("text", "storage"),
    [
        (TRY + MAKE.replace("code", "other"), "b"),
        (TRY + MAKE.replace("S3", "GCS"), "b"),
        (f"{TRY}    b = S3()\n", "b"),
        (TRY + MAKE, "other"),
        (f"{TRY}    b = S3.load('other')\n", "b"),
        (f"{TRY}{MAKE}    b = None\n", "b"),
        (f"{TRY}{MAKE}b.save('other')\nb = input()\n", "b"),
        (f"{TRY.replace('ValueError', 'KeyError')}    b = None\nexcept ValueError:\n{MAKE}", "b"),
        ((TRY + MAKE).replace('"code"', "input()"), "b"),
        (f'{MADE}        S3().save("code")\n', "made()"),
        (f'{MADE}        b = S3()\n        b.save("code")\n        if b:\n            return b\n', "made()"),
        (f'{MADE}        b = S3()\n        b.save("code")\n        return None\n', "made()"),
    ],
)
def test_another_one_is_not(old: OldRepository, text: str, storage: str) -> None:
    assert upgraded(old, text, storage) == (None, {"dynamic-value"})
