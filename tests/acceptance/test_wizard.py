"""The wizard in a real terminal: keys are typed, and the screen is read as a person reads it.

`pytest --update` writes the screens in `screens` anew: review the diff like code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from git import Repo

from tests.support.console import Console
from tests.support.kept_pools import keep_pool
from tests.support.terminal import CTRL_B, CTRL_C, CTRL_D, DOWN, ENTER, Terminal

SCREENS = Path(__file__).parent / "screens"

FLOWS = '''\
from syntask import flow


@flow
def load(source: str, limit: int = 100) -> int:
    """Load the rows of a source.

    Args:
        source: what to load
        limit: how many rows at the most
    """
    print(f"loading {source}, {limit} rows at the most")
    return limit


@flow(name="daily-report")
def report(title: str = "Report") -> None:
    """Write the report."""
    print(title)
'''
MORE = '''\
from prefect import flow as job


@job
def clean_up() -> None:
    """Remove what is old."""
    print("cleaned up")
'''
Begin = Callable[..., "Terminal"]

# Every question of a first deployment, and what is typed there.
STORY = (
    ("Which flow?", ENTER),
    ("Deployment name?", f"nightly{ENTER}"),
    ("Description?", ENTER),
    ("source (text)", f"orders{ENTER}"),
    ("Override a parameter?", DOWN + ENTER),
    ("limit (whole number)", f"5{ENTER}"),
    ("Override a parameter?", ENTER),
    ("Run on a schedule?", DOWN + ENTER),
    ("How often?", f"1 second{ENTER}"),
    ("Add another schedule?", ENTER),
    ("Activate the schedule on deploy?", "y"),
    ("Work pool?", ENTER),
    ("How do runs get the code?", ENTER),
    ("Environment variable", f"STAGE=test{ENTER}"),
    ("Environment variable", ENTER),
    ("Concurrency limit?", f"2{ENTER}"),
    ("Runs beyond the limit?", ENTER),
    ("Tags, separated by commas", f"orders, nightly{ENTER}"),
    ("Save this to syntask.yaml?", ENTER),
)


@pytest.fixture(name="repository")
def _repository(console: Console) -> Console:
    """A console in a repository with three flows and nothing else."""
    (console.directory / "flows.py").write_text(FLOWS, encoding="utf-8")
    (console.directory / "jobs").mkdir()
    (console.directory / "jobs" / "clean.py").write_text(MORE, encoding="utf-8")
    Repo.init(console.directory).close()
    return console


@contextmanager
def terminal(console: Console, *arguments: str, colored: bool = False, **size: int) -> Iterator[Terminal]:
    environ = {key: value for key, value in console.environment().items() if key not in ("CI", "COLUMNS")}
    if colored:
        del environ["NO_COLOR"]
    program = str(Path(environ["PATH"].partition(":")[0], "syntask"))
    with Terminal(program, *arguments, directory=console.directory, environ=environ, **size) as opened:
        yield opened


def answer_all(opened: Terminal, story: tuple[tuple[str, str], ...]) -> None:
    """Give the answers of a story, each when its question is the last one on the screen."""
    for question, keys in story:
        opened.answer(question, keys)


def files(console: Console) -> dict[str, bytes]:
    """What the repository holds, but for what git itself keeps."""
    found = (each for each in console.directory.rglob("*") if each.is_file() and ".git/" not in str(each))
    return {str(each.relative_to(console.directory)): each.read_bytes() for each in found}


def as_expected(name: str, screen: str, console: Console, request: pytest.FixtureRequest) -> None:
    """Compare a screen with the one that is kept."""
    shown = screen.replace(str(console.directory.resolve()), "<here>").replace(str(console.home), "<home>")
    shown = re.sub(r"\b[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?\b", "<day and time>", shown) + "\n"
    path = SCREENS / f"{name}.txt"
    if request.config.getoption("--update"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown


NEWCOMER = (
    ("Which flow?", ENTER),
    ("Deployment name?", f"orders{ENTER}"),
    ("Description?", ENTER),
    ("source (text)", f"orders{ENTER}"),
    ("Override a parameter?", ENTER),
    ("Run on a schedule?", DOWN + ENTER),
    ("How often?", f"5 seconds{ENTER}"),
    ("Add another schedule?", ENTER),
    ("Activate the schedule on deploy?", ENTER),
    ("Work pool?", ENTER),
    ("How do runs get the code?", ENTER),
    ("Environment variable", ENTER),
    ("Concurrency limit?", ENTER),
    ("Tags, separated by commas", ENTER),
    ("Save this to syntask.yaml?", ENTER),
)


def test_a_newcomer_gets_a_flow_running_on_a_schedule(
    console: Console, request: pytest.FixtureRequest
) -> None:
    """A repository with three flows and nothing else: `syntask deploy`, answers, `syntask worker start`.

    The tutorial shows these screens.
    """
    folder = console.directory / "shop"
    (folder / "jobs").mkdir(parents=True)
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    (folder / "jobs" / "clean.py").write_text(MORE, encoding="utf-8")
    shop = Console(folder, console.home, console.environ)

    with terminal(shop, "deploy") as opened:
        opened.see("Which flow?")
        opened.see("Another one")
        as_expected("newcomer-1", opened.text, shop, request)
        answer_all(opened, NEWCOMER)
        assert opened.wait() == 0
        as_expected("newcomer-2", opened.history, shop, request)

    with terminal(shop, "worker", "start", "--pool", "default") as opened:
        opened.see("load/orders")
        opened.see("Completed")
        opened.type(CTRL_C)
        assert opened.wait() in (0, 130)
    assert "loading orders, 100 rows at the most" in shop.run("syntask flow-run logs").stdout


def test_every_question_is_asked_as_it_was(repository: Console, request: pytest.FixtureRequest) -> None:
    """The whole interview; what was answered is deployed, runs, and then there is nothing to change."""
    with terminal(repository, "deploy") as opened:
        answer_all(opened, STORY)
        assert opened.wait() == 0
        as_expected("every-question", opened.history, repository, request)

    assert repository.run("sleep 1; syntask -q worker start --run-once").returncode == 0
    assert "Completed" in repository.run("syntask flow-run ls").stdout
    assert "loading orders, 5 rows at the most" in repository.run("syntask flow-run logs").stdout
    assert repository.run("syntask plan").stdout.startswith("No changes")


def test_the_file_is_what_the_answers_were(repository: Console, request: pytest.FixtureRequest) -> None:
    """With a modeline for the editor, and the schema that it names."""
    with terminal(repository, "deploy") as opened:
        answer_all(opened, STORY)
        assert opened.wait() == 0

    text = (repository.directory / "syntask.yaml").read_text(encoding="utf-8")
    as_expected("first-file", text, repository, request)
    assert (repository.directory / ".syntask.schema.json").exists()
    assert repository.run("syntask validate").stdout == "The project file is valid.\n"


@pytest.mark.parametrize("last", range(len(STORY)), ids=lambda last: f"{last}-{STORY[last][0][:20].strip()}")
def test_ctrl_c_leaves_everything_as_it_was(repository: Console, last: int) -> None:
    """At every question; exit code 130."""
    before = files(repository)
    with terminal(repository, "deploy") as opened:
        answer_all(opened, STORY[:last])
        opened.answer(STORY[last][0], CTRL_C)

        assert opened.wait() == 130
        opened.see("Nothing was saved, and nothing was deployed.")
    assert files(repository) == before
    assert "There are no deployments." in repository.run("syntask deployment ls").stdout


def test_the_end_of_input_leaves_too(repository: Console) -> None:
    """Ctrl-D is how some people leave."""
    with terminal(repository, "deploy") as opened:
        opened.answer("Which flow?", CTRL_D)

        assert opened.wait() == 130


def test_no_saves_nothing(repository: Console) -> None:
    """Whoever looks at what would be written may still say no."""
    before = files(repository)
    with terminal(repository, "deploy") as opened:
        answer_all(opened, (*STORY[:-1], (STORY[-1][0], f"{DOWN}{DOWN}{ENTER}")))

        assert opened.wait() == 1
    assert files(repository) == before


def test_a_narrow_terminal_shows_the_same(repository: Console, request: pytest.FixtureRequest) -> None:
    """Sixty columns will do."""
    with terminal(repository, "deploy", columns=60) as opened:
        answer_all(opened, STORY)
        assert opened.wait() == 0
        as_expected("sixty-columns", opened.history, repository, request)


def test_a_terminal_may_change_its_size(repository: Console) -> None:
    """While a list is shown, and while a text is typed."""
    with terminal(repository, "deploy", columns=120) as opened:
        opened.see("Which flow?")
        opened.resize(60)
        opened.type(ENTER)
        opened.answer("Deployment name?", "night")
        opened.resize(44)
        opened.type(f"ly{ENTER}")
        opened.resize(100)
        answer_all(opened, STORY[2:])

        assert opened.wait() == 0
    assert "load/nightly" in repository.run("syntask deployment ls").stdout


@pytest.mark.parametrize("colored", [True, False])
def test_colours_are_left_out_where_they_are_not_wanted(repository: Console, colored: bool) -> None:
    """NO_COLOR is obeyed, by the questions too."""
    with terminal(repository, "deploy", colored=colored) as opened:
        answer_all(opened, STORY[:-1])
        opened.see("Save this to")

        assert bool(opened.colors) is colored


def test_one_question_back(repository: Console) -> None:
    """By Ctrl-B, or by a `<` of its own; what was answered is offered again."""
    with terminal(repository, "deploy") as opened:
        opened.answer("Which flow?", DOWN + ENTER)
        opened.answer("Deployment name?", f"a{ENTER}")
        opened.answer("Description?", CTRL_B)
        opened.see("Deployment name? (a)")
        opened.type(f"<{ENTER}")
        opened.see("daily-report")
        opened.type(ENTER)
        opened.answer("Deployment name? (default)", f"b{ENTER}")
        opened.answer("Description?", CTRL_C)

        assert opened.wait() == 130


def test_a_long_list_is_searched(repository: Console) -> None:
    """What is typed leaves fewer choices."""
    names = [f"flow_{number:03}" for number in range(30)]
    text = "from syntask import flow\n" + "".join(f"\n@flow\ndef {name}(): ...\n" for name in names)
    (repository.directory / "many.py").write_text(text, encoding="utf-8")
    with terminal(repository, "deployment", "add") as opened:
        opened.see("Which flow?")
        opened.type("017")
        opened.see("flow_017")
        opened.type(ENTER)
        opened.see("Its full name is flow-017/NAME.")
        opened.type(CTRL_C)
        assert opened.wait() == 130


RICH = """\
# What the team deploys: ask before you change it.
name: orders
definitions:
  pool: &pool      # the only one
    name: default

deployments:
  - name: 'first'  # with quotes
    entrypoint: "jobs/clean.py:clean_up"
    work_pool: *pool
    schedules:
    - {cron: "0 6 * * *",   timezone: UTC}   # early
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_that_is_there_keeps_every_byte(
    repository: Console, newline: str, request: pytest.FixtureRequest
) -> None:
    """The entry is added below, with the line ends of the file, and shares its anchors."""
    path = repository.directory / "syntask.yaml"
    before = RICH.replace("\n", newline).encode()
    path.write_bytes(before)
    with terminal(repository, "deploy") as opened:
        opened.answer("Which deployments?", DOWN + ENTER)
        opened.answer("Which flow?", DOWN + ENTER)
        opened.answer("Deployment name?", f"übersicht-报告{ENTER}")
        for question in (
            "Description?",
            "Override a parameter?",
            "Run on a schedule?",
            "Work pool?",
        ):
            opened.answer(question)
        for question in (
            "How do runs get",
            "Environment variable",
            "Concurrency limit?",
            "Tags",
            "Save this to",
        ):
            opened.answer(question)
        assert opened.wait() == 0
        if newline == "\n":
            as_expected("added-to-a-file", opened.history, repository, request)

    after = path.read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].decode().replace(newline, "\n") == (
        "\n  - name: übersicht-报告\n    entrypoint: flows.py:report\n    work_pool: *pool\n"
    ).lstrip("\n")
    assert "daily-report/übersicht-报告" in repository.run("syntask deployment ls").stdout


def test_what_is_declared_is_deployed_again(repository: Console) -> None:
    """The entries of the file are the first choice, and then nothing else is asked."""
    (repository.directory / "syntask.yaml").write_text(RICH, encoding="utf-8")
    with terminal(repository, "deploy") as opened:
        opened.answer("Which deployments?")
        assert opened.wait() == 0

    assert "clean_up/first" in repository.run("syntask deployment ls").stdout.replace("clean-up", "clean_up")


def test_a_project_of_resources_alone_is_deployed_without_a_question(repository: Console) -> None:
    """Nobody is asked for a flow where a platform team declares what others use."""
    text = "name: platform\nresources: {variables: {region: north}}\n"
    (repository.directory / "syntask.yaml").write_text(text, encoding="utf-8")
    with terminal(repository, "deploy") as opened:
        assert opened.wait() == 0
        opened.see("created  variable region")


def test_an_entry_is_added_without_deploying(repository: Console) -> None:
    """`deployment add` says how to deploy it."""
    with terminal(repository, "deployment", "add", "flows.py:report", "-n", "weekly", "--yes") as opened:
        for question in (
            "Description?",
            "Override a parameter?",
            "Run on a schedule?",
            "Work pool?",
        ):
            opened.answer(question)
        for question in ("How do runs get", "Environment variable", "Concurrency limit?", "Tags"):
            opened.answer(question)
        opened.see("syntask deploy -n daily-report/weekly")
        assert opened.wait() == 0

    assert "There are no deployments." in repository.run("syntask deployment ls").stdout


def test_a_recipe_is_chosen_and_its_fields_are_asked_for(repository: Console) -> None:
    """`init` asks what no option says."""
    with terminal(repository, "init", "--recipe", "docker", "--field", "tag=1.0") as opened:
        opened.answer("The image's name", f"registry.example.com/orders{ENTER}")
        assert opened.wait() == 0
    text = (repository.directory / "syntask.yaml").read_text(encoding="utf-8")
    assert "image_name: registry.example.com/orders" in text

    with terminal(repository, "init") as opened:
        opened.see("already exists")
        assert opened.wait() == 1


def test_the_recipe_that_fits_is_the_first_choice(
    repository: Console, request: pytest.FixtureRequest
) -> None:
    """A Dockerfile without a remote: an image that holds the code."""
    (repository.directory / "Dockerfile").write_text("FROM python\n", encoding="utf-8")
    with terminal(repository, "init") as opened:
        opened.see("How do runs get the code?")
        opened.see("» docker ").see("s3 Code in an S3 bucket.")
        as_expected("recipes", opened.text, repository, request)
        opened.type(CTRL_C)
        assert opened.wait() == 130
    assert not (repository.directory / "syntask.yaml").exists()


def test_a_new_project_runs_by_the_schedule_that_its_calendar_shows(repository: Console) -> None:
    """Each entry gets it, and the days are seen before anything is written."""
    with terminal(repository, "init") as opened:
        opened.answer("How do runs get the code?", ENTER)
        opened.answer("Run on a schedule?", DOWN * 2 + ENTER)
        opened.answer("Cron expression?", f"30 2 * * *{ENTER}")
        opened.answer("Time zone?", ENTER)
        opened.see("At 02:30, every day").see("Mo Tu We Th Fr Sa Su")
        opened.answer("Add another schedule?", ENTER)
        assert opened.wait() == 0
    text = (repository.directory / "syntask.yaml").read_text(encoding="utf-8")
    declared = yaml.safe_load(text)["deployments"]
    assert [[each["cron"] for each in entry["schedules"]] for entry in declared] == [["30 2 * * *"]] * 3


@pytest.mark.parametrize(
    ("command", "code", "named"),
    [
        ("syntask deploy", 1, "syntask deployment add ENTRYPOINT"),
        ("syntask deployment add", 64, "ENTRYPOINT"),
        ("syntask init --recipe docker", 64, "--field image_name="),
        ("syntask --no-prompt deployment add", 64, "ENTRYPOINT"),
    ],
)
def test_where_nobody_can_be_asked_the_option_is_named(
    repository: Console, command: str, code: int, named: str
) -> None:
    """With something else than a terminal for its input, a command ends at once, and asks nothing."""
    done = repository.run(f"yes '' | {command}", timeout=20)

    assert done.returncode == code
    assert named in done.stdout
    assert not (repository.directory / "syntask.yaml").exists()


def test_options_are_enough(repository: Console) -> None:
    """Everything that the wizard asks can be said in one line."""
    line = (
        "syntask deployment add flows.py:load -n nightly --param source=orders --cron '0 6 * * *'"
        " --timezone UTC --pool default --code local --env STAGE=test --tag orders --yes"
    )

    assert repository.run(line).returncode == 0
    assert repository.run("syntask deploy -n load/nightly").returncode == 0


def test_options_are_enough_for_an_image_and_a_private_repository(repository: Console) -> None:
    """What is rarer has options, too; what only a person knows comes later, as a command."""
    repository.run("syntask work-pool create mine")
    keep_pool(repository.home, "boxes", "docker")
    line = (
        "syntask deployment add flows.py:report -n weekly -p boxes --image build --dockerfile auto"
        " --image-name registry.example.com/shop --image-tag 1.0 --push --code git --branch main"
        " --repository https://git.example.com/team/shop.git --token-block git-token --paused --yes"
    )

    done = repository.run(line)

    assert done.returncode == 0
    assert "syntask block create secret git-token" in done.stdout
    assert repository.run("syntask validate").stdout == "The project file is valid.\n"
    assert 'access_token: "{{ syntask.blocks.secret.git-token }}"' in (
        (repository.directory / "syntask.yaml").read_text(encoding="utf-8").replace("'", '"')
    )


def test_several_deployments_without_a_terminal_need_a_name(repository: Console) -> None:
    """The message names the options."""
    path = repository.directory / "syntask.yaml"
    path.write_text(RICH + "  - {name: b, entrypoint: 'flows.py:report'}\n", encoding="utf-8")

    done = repository.run("yes '' | syntask deploy", timeout=20)

    assert done.returncode == 64
    assert "`-n NAME`" in done.stdout
    assert "`--all`" in done.stdout


def test_a_recipe_that_is_told_everything_asks_nothing(repository: Console) -> None:
    """Then nobody is told how to go back, either."""
    with terminal(repository, "init", "--recipe", "local") as opened:
        assert opened.wait() == 0
        assert "Ctrl-B" not in opened.text


_SCREEN = re.compile(
    r"(?P<mark><!-- screen: (?P<name>\S+) -->\n```\w*\n)(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def test_the_tutorial_shows_real_screens(request: pytest.FixtureRequest) -> None:
    """What it shows as a screen is one that the tests saw."""
    page = Path(__file__).parents[2] / "docs" / "tutorial.md"
    text = page.read_text(encoding="utf-8")
    if request.config.getoption("--update"):
        text = _SCREEN.sub(lambda found: f"{found['mark']}{_screen(found['name'])}```", text)
        page.write_text(text, encoding="utf-8")

    assert [found["name"] for found in _SCREEN.finditer(text)] == ["newcomer-1", "newcomer-2"]
    for found in _SCREEN.finditer(text):
        assert _screen(found["name"]) == found["text"]


def _screen(name: str) -> str:
    return (SCREENS / f"{name}.txt").read_text(encoding="utf-8")


def test_no_changes_nothing_and_is_no_interruption(repository: Console) -> None:
    """A question that is answered with no."""
    repository.run("syntask deployment add flows.py:report -n nightly --yes; syntask deploy -n nightly")

    with terminal(repository, "deployment", "delete", "nightly") as opened:
        opened.see("Delete daily-report/nightly?")
        opened.type("n" + ENTER)
        opened.see("Nothing was changed.")
        assert opened.wait() == 1
        assert "Interrupted" not in opened.history
    assert "daily-report/nightly" in repository.run("syntask deployment ls").stdout
