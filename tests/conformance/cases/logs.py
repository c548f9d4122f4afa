"""What flow code logs and prints."""

import logging
import re

from _observing import error_class, log_lines
from syntask import flow, get_run_logger, task

# A word of its own: names of runs may end with these letters.
MINE = re.compile(r"\bmine\b")


def _lines(run, level=logging.INFO):
    """The lines of *run* with the word `mine`, without those that the engine logs."""
    with log_lines(level) as lines:
        run()
    return [line for line in lines if MINE.search(line)]


def logger_of_a_flow():
    @flow
    def main():
        get_run_logger().info("mine %s", 1)
        get_run_logger().warning("mine")

    return _lines(main)


def logger_of_a_task():
    @task
    def one():
        get_run_logger().error("mine")

    @flow
    def main():
        one()
        one.submit().wait()

    return _lines(main)


def logger_of_an_error():
    @flow
    def main():
        try:
            raise ValueError("no")
        except ValueError:
            get_run_logger().exception("mine")

    return _lines(main)


def logger_outside_of_a_run():
    return error_class(get_run_logger)


def logger_names():
    @task
    def one():
        return get_run_logger().logger.name

    @flow
    def main():
        return [get_run_logger().logger.name, one()]

    return main()


def records_know_their_run():
    seen = []

    @task(name="one", task_run_name="run-of-one")
    def one():
        get_run_logger().info("mine")

    @flow(name="main", flow_run_name="run-of-main")
    def main():
        get_run_logger().info("mine")
        one()

    names = ("flow_name", "flow_run_name", "task_name", "task_run_name")
    with log_lines(keep=lambda record: seen.append(record)):
        main()
    own = [record for record in seen if record.getMessage() == "mine"]
    return [{name: getattr(record, name, None) for name in names} for record in own]


def logger_takes_more_values():
    seen = []

    @flow
    def main():
        get_run_logger(colour="red").info("mine")

    with log_lines(keep=lambda record: seen.append(getattr(record, "colour", None))):
        main()
    return "red" in seen


def prints_are_not_logged():
    @flow
    def main():
        print("mine")

    return _lines(main)


def prints_of_a_flow():
    @flow(log_prints=True)
    def main():
        print("mine", 1, sep="-")

    return _lines(main)


def prints_of_a_task():
    @task(log_prints=True)
    def one():
        print("mine")

    @flow
    def main():
        print("mine too")
        one()

    return _lines(main)


def tasks_print_like_their_flow():
    @task
    def one():
        print("mine")

    @flow(log_prints=True)
    def main():
        one()

    return _lines(main)


def task_that_does_not_print_like_its_flow():
    @task(log_prints=False)
    def one():
        print("mine")

    @flow(log_prints=True)
    def main():
        one()

    return _lines(main)


def subflows_print_like_their_parent():
    @flow
    def child():
        print("mine")

    @flow(log_prints=True)
    def main():
        child()

    return _lines(main)


def submitted_tasks_print_like_their_flow():
    @task
    def one():
        print("mine")

    @flow(log_prints=True)
    def main():
        one.submit().wait()

    return _lines(main)


def print_to_a_file_is_no_line():
    import io

    file = io.StringIO()

    @flow(log_prints=True)
    def main():
        print("mine", file=file)

    return [_lines(main), file.getvalue()]


def print_of_several_lines():
    @flow(log_prints=True)
    def main():
        print("mine\nmine too")

    return _lines(main)


def print_is_back_after_the_flow():
    import builtins

    before = builtins.print

    @flow(log_prints=True)
    def main():
        pass

    main()
    return builtins.print is before


def print_in_an_imported_function():
    def helper():
        print("mine")

    @flow(log_prints=True)
    def main():
        helper()

    return _lines(main)


def prints_of_an_async_flow():
    import asyncio

    @flow(log_prints=True)
    async def main():
        print("mine")

    return _lines(lambda: asyncio.run(main()))


def get_logger_is_below_the_package():
    from syntask.logging import get_logger

    return [get_logger().name, get_logger("own").name]


def get_run_logger_is_in_logging_too():
    from syntask import logging as package_logging

    return package_logging.get_run_logger is get_run_logger


def disabled_run_logger():
    from syntask.logging.loggers import disable_run_logger

    @task
    def one():
        get_run_logger().info("mine")
        return 5

    with disable_run_logger():
        return one.fn()


def task_function_without_a_run_has_no_logger():
    @task
    def one():
        get_run_logger()

    return error_class(one.fn)


def failure_of_a_task_is_logged_as_an_error():
    @task
    def one():
        raise ValueError("mine")

    @flow
    def main():
        one(return_state=True)

    return "ERROR" in [line.split()[0] for line in _lines(main)]


def failure_of_a_flow_is_logged_as_an_error():
    @flow
    def main():
        raise ValueError("mine")

    return "ERROR" in [line.split()[0] for line in _lines(lambda: main(return_state=True))]
