"""A secret of an old file is in nothing that an upgrade shows or writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from syntask_yaml.cli.main import main
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.upgrade.secrets import hide_in_text
from tests.support.upgrading import FLOW, OldRepository, codes, inline, saved

SECRET = "planted-3f7Q"
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "token of github": lambda secret: {
        "storage": saved("github", "r", repository="https://g", access_token=secret)
    },
    "settings": lambda secret: {
        "storage": saved(
            "remote-file-system", "s", basepath="s3://b", settings={"key": secret, "deep": [{"x": secret}]}
        )
    },
    "s3": lambda secret: {
        "storage": inline("s3", bucket_path="b", aws_access_key_id=secret, aws_secret_access_key=secret)
    },
    "gcs": lambda secret: {
        "storage": inline(
            "gcs", bucket_path="b", service_account_info=f'{{\n "private_key": "{secret}\\n{secret}"\n}}'
        )
    },
    "azure": lambda secret: {
        "storage": inline("azure", bucket_path="b", azure_storage_connection_string=secret)
    },
    "nested credentials": lambda secret: {
        "storage": saved(
            "s3-bucket",
            "s",
            bucket_name="b",
            credentials=saved("aws-credentials", "c", aws_secret_access_key=secret),
        )
    },
    "login in an address": lambda secret: {
        "storage": inline("github", repository=f"https://somebody:{secret}@g/r")
    },
    "token in an address": lambda secret: {
        "storage": inline("github", repository=f"https://{secret}{secret}@g/r")
    },
    "environment": lambda secret: {
        "infrastructure": inline("process", env={"API_TOKEN": secret, "PLAIN": "plain"})
    },
    "registry": lambda secret: {
        "infrastructure": inline(
            "docker-container", image_registry=saved("docker-registry", "d", password=secret)
        )
    },
    "manifest": lambda secret: {
        "infrastructure": inline("kubernetes-job", job={"env": [{"name": "TOKEN", "value": secret}]})
    },
    "override": lambda secret: {"infra_overrides": {"env.DB_PASSWORD": secret}},
    "whole environment": lambda secret: {"infra_overrides": {"env": {"DB_PASSWORD": secret}}},
    "parameter": lambda secret: {"parameters": {"source": "shop", "password": secret}},
    "deep parameter": lambda secret: {"parameters": {"source": {"url": "x", "api_key": secret}}},
    "key of a service": lambda secret: {"infra_overrides": {"env.PLAIN": f"ghp_{'0' * 20} {secret}"}},
    "words of a command": lambda secret: {
        "infrastructure": inline("process", command=["sh", "-c", f"curl -H 'X: Bearer {secret}' h"])
    },
    "option of a command": lambda secret: {
        "infrastructure": inline("process", command=["load", "--api-token", secret, "--limit", "3"])
    },
    "connection string": lambda secret: {"parameters": {"source": f"Server=h;Password={secret};"}},
    "camel case": lambda secret: {"parameters": {"clientSecret": secret}},
    "one word": lambda secret: {"infrastructure": inline("process", env={"PGPASSWORD": secret})},
    "number": lambda _secret: {"parameters": {"token": 40_271_938}},
}


Command = Callable[[str], str]


@pytest.fixture(name="command")
def _command(
    old: OldRepository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Runs a line of the command line in the repository; everything that it prints and reports."""

    def run(line: str) -> str:
        monkeypatch.chdir(old.root)
        code = main(line.split())
        assert code in (0, 1)
        printed = "".join(capfd.readouterr())
        report = old.root / "report.md"
        return f"{printed}{report.read_text()}[exit {code}]"

    return run


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("output", ["text", "json", "github", "sarif"])
def test_a_secret_is_nowhere(old: OldRepository, command: Command, place: str, output: str) -> None:
    old.deployment(**PLACES[place](SECRET))

    shown = command(f"upgrade --write --allow-dirty --report report.md -o {output}")

    shown += (old.root / "syntask.yaml").read_text()
    assert SECRET not in shown
    assert "40271938" not in shown
    assert "[exit 1]" in shown


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_out_of_every_value(old: OldRepository, place: str) -> None:
    """What is said of it is that it is there; only the manifest of a pool is for its owner to look at."""
    old.deployment(**PLACES[place](SECRET))

    upgrade = old.upgrade()

    (result,) = upgrade.results
    assert SECRET not in repr(upgrade)
    assert not holds_secret(result.entry)
    assert SECRET not in json.dumps(result.entry)
    assert codes(result.problems) & {"secret-in-file", "pool-template-needed"}


@pytest.mark.parametrize(
    "style", ["plain: {}", '"{}"', "'{}'", "|\n      {}\n      second {}", ">-\n      {}"]
)
def test_however_a_secret_is_written_its_lines_are_not_shown(old: OldRepository, style: str) -> None:
    value = style.removeprefix("plain: ").replace("{}", SECRET)
    old.write(
        "old.yaml",
        f"""\
storage:
  repository: https://git.example.com/r
  access_token: {value}
  _block_type_slug: github
name: a
unknown_field: 1
entrypoint: flows.py:load_orders
infrastructure: {{_block_type_slug: process, env: {{TOKEN: "{SECRET}"}}, strange: 1}}
work_queue_name: default
""",
    )

    upgrade = old.upgrade()

    shown = [problem.span.source.text for problem in upgrade.diagnostics if problem.span]
    assert shown
    assert all(SECRET not in text for text in shown)
    assert all(SECRET not in change.difference for change in upgrade.changes)


def test_a_block_takes_the_place_of_a_secret(old: OldRepository) -> None:
    old.deployment(**PLACES["environment"](SECRET))

    upgrade = old.upgrade()

    (result,) = upgrade.results
    assert result.entry["work_pool"]["job_variables"]["env"] == {
        "API_TOKEN": "{{ syntask.blocks.secret.api-token }}",
        "PLAIN": "plain",
    }
    assert [block.command for block in upgrade.blocks] == ["syntask block create secret api-token"]


def test_in_a_prefect_yaml_it_is_prefects_block(old: OldRepository) -> None:
    old.write("prefect.yaml", "name: orders\ndeployments: []\n")
    old.deployment(**PLACES["environment"](SECRET))

    (result,) = old.upgrade().results

    env = result.entry["work_pool"]["job_variables"]["env"]
    assert env["API_TOKEN"] == "{{ prefect.blocks.secret.api-token }}"


def test_what_a_server_masked_is_no_secret_in_the_file(old: OldRepository) -> None:
    result = old.result(**PLACES["token of github"]("********"))

    assert codes(result.problems) == set()
    assert [block.name for block in result.converted.blocks] == ["r"]


@pytest.mark.parametrize(
    "line",
    [
        f"PREFECT_API_KEY={SECRET} prefect deployment apply nightly-deployment.yaml",
        f"API_TOKEN='{SECRET}' prefect agent start -q default",
        f"prefect deployment build flows.py:load_orders -n other --param password={SECRET}",
        f'prefect deployment build flows.py:load_orders -n other --params \'{{"api_key": "{SECRET}"}}\'',
        f"prefect deployment apply https://somebody:{SECRET}@host/x.yaml",
        f"curl -H 'Authorization: Bearer {SECRET}' h; prefect deployment apply x.yaml",
    ],
)
@pytest.mark.parametrize("output", ["text", "json", "github", "sarif"])
def test_a_secret_of_a_script_is_nowhere(
    old: OldRepository, command: Command, line: str, output: str
) -> None:
    old.deployment()
    old.write("deploy.sh", f"export AWS_SECRET_ACCESS_KEY={SECRET}\n{line}\necho {SECRET}\n")

    shown = command(f"upgrade --report report.md -o {output}")

    assert "deploy.sh" in shown or output in ("github", "sarif")
    assert SECRET not in shown


@pytest.mark.parametrize(
    "text",
    ["Refreshes the token daily", "a bearer of good news", "python run.py --mode=token", "password={{ x }}"],
)
def test_what_only_speaks_of_secrets_is_carried(old: OldRepository, text: str) -> None:
    result = old.result(parameters={"source": text}, description=text)

    assert codes(result.problems) == set()


@pytest.mark.parametrize("name", ["PWD", "bypass", "compass", "tokenizer", "max_tokens", "password_file"])
def test_the_name_of_something_else_is_no_secret(old: OldRepository, name: str) -> None:
    entry = old.entry(infrastructure=inline("process", env={name: "x"}))

    assert entry["work_pool"]["job_variables"]["env"] == {name: "x"}


# Each is put together here: as one text, it would be taken for a secret of this repository.
FORMS = {
    "github": ("ghp", "_" + "a1" * 10),
    "github-pat": ("github", "_pat_" + "a1" * 11),
    "gitlab": ("glpat", "-" + "a1" * 9),
    "slack": ("xoxb", "-1234567890"),
    "slack-hook": ("https://hooks", ".slack.com/services/T0/B0/x"),
    "aws": ("AKIA", "Q" * 16),
    "aws-session": ("ASIA", "Q" * 16),
    "stripe": ("sk", "_live_" + "a" * 12),
    "prefect": ("pnu", "_" + "a" * 20),
    "google": ("AIza", "b" * 35),
    "jwt": ("eyJ", f"{'a' * 12}.eyJ{'b' * 12}.c"),
    "bearer": ("Bearer ", "ab12345678"),
    "private-key": ("-----BEGIN RSA ", "PRIVATE KEY-----\nabc\n-----END"),
    "connection": ("Host=h;AccountKey", "=abcdef"),
    "login": ("https://somebody:", "planted@h"),
    "words": ('API_TOKEN = "', 'planted words"'),
    "option": ("--Password ", "planted"),
    "parameter": ('Parameter("password", default="', 'planted"'),
    "variable": ('{"name": "API_TOKEN", "value": "', 'planted"'),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_that_its_form_tells_is_hidden_where_it_stands(form: str) -> None:
    start, rest = FORMS[form]
    before, behind = "first = 1\nsecond(x, ", "\nthird = 3\n"

    hidden = hide_in_text(f"{before}{start}{rest}{behind}")

    assert len(hidden) == len(f"{before}{start}{rest}{behind}")
    assert hidden.startswith(before)
    assert hidden.endswith(behind)
    assert rest.strip('=@"').partition("@")[0] not in hidden


@pytest.mark.parametrize(
    ("form", "left"),
    [("github", "Use ********, or ask."), ("login", "Use https://h, or ask.")],
)
def test_a_secret_among_the_words_of_a_description_is_taken_out_of_them(
    old: OldRepository, command: Command, form: str, left: str
) -> None:
    """The other words are carried, and the secret is in no output."""
    secret = "".join(FORMS[form])
    old.deployment(description=f"Use {secret}, or ask.")

    (result,) = old.upgrade().results
    shown = [command(f"upgrade --report report.md -o {output}") for output in ("text", "json", "github")]

    assert result.entry["description"] == left
    assert [each.detail for each in result.problems if each.code == "secret-in-file"] == [
        "`description` contains a secret in plain text. It is not carried."
    ]
    assert not [text for text in shown if FORMS[form][1] in text]


def test_flow_code_is_not_run(old: OldRepository, command: Command) -> None:
    old.write("flows.py", FLOW + "\nopen('made', 'w').close()\n")
    old.deployment()

    command("upgrade --write --allow-dirty --report report.md")

    assert (old.root / "syntask.yaml").exists()
    assert not (old.root / "made").exists()
