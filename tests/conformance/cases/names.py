"""Names of flows, tasks and their runs, and tags."""

import re

from _observing import error_class
from syntask import flow, tags, task
from syntask.context import get_run_context


def _task_run_name():
    return get_run_context().task_run.name


def _flow_run_name():
    return get_run_context().flow_run.name


def _name_of_run(**options):
    """The name of the run of a flow with those options that is called with 1 and 2."""

    @flow(**options)
    def main(x, y=2):
        return _flow_run_name()

    return main(1)


def _name_of_task_run(**options):
    @task(**options)
    def one(x, y=2):
        return _task_run_name()

    @flow
    def main():
        return one(1)

    return main()


def flow_is_named_like_its_function():
    @flow
    def my_flow():
        pass

    return my_flow.name


def task_is_named_like_its_function():
    @task
    def my_task():
        pass

    return my_task.name


def names_that_are_given():
    return [flow(name="a b")(lambda: None).name, task(name="c d")(lambda: None).name]


def name_of_a_lambda():
    return error_class(flow, lambda: None)


def name_with_a_slash():
    return error_class(flow, lambda: None, name="a/b")


def flow_run_has_two_words():
    return bool(re.fullmatch("[a-z]+-[a-z]+", _name_of_run()))


def flow_run_name_is_a_text():
    return _name_of_run(flow_run_name="fixed")


def flow_run_name_has_parameters():
    return _name_of_run(flow_run_name="{x}-{y}")


def flow_run_name_has_a_format():
    return _name_of_run(flow_run_name="{x:03d}")


def flow_run_name_is_a_function():
    return _name_of_run(flow_run_name=lambda: "made")


def flow_run_name_is_a_function_with_an_argument():
    return error_class(_name_of_run, flow_run_name=lambda parameters: f"made-{parameters['x']}")


def flow_run_name_with_an_unknown_parameter():
    return error_class(_name_of_run, flow_run_name="{nothing}")


def flow_run_name_function_gives_no_text():
    return error_class(_name_of_run, flow_run_name=lambda: 5)


def flow_run_name_of_a_wrong_type():
    return error_class(_name_of_run, flow_run_name=5)


def flow_run_name_sees_the_runtime():
    from syntask.runtime import flow_run

    return _name_of_run(flow_run_name=lambda: f"{flow_run.flow_name}-{flow_run.parameters['x']}")


def task_run_is_named_after_its_task():
    return bool(re.fullmatch("one-[0-9a-f]{3}", _name_of_task_run()))


def task_run_name_is_a_text():
    return _name_of_task_run(task_run_name="fixed")


def task_run_name_has_parameters():
    return _name_of_task_run(task_run_name="{x}-{y}")


def task_run_name_is_a_function():
    return _name_of_task_run(task_run_name=lambda: "made")


def task_run_name_is_a_function_of_the_parameters():
    return _name_of_task_run(task_run_name=lambda parameters: f"made-{parameters['x']}")


def task_run_name_with_an_unknown_parameter():
    return error_class(_name_of_task_run, task_run_name="{nothing}")


def task_run_name_of_mapped_runs():
    @task(task_run_name="item-{x}")
    def one(x):
        return _task_run_name()

    @flow
    def main():
        return one.map(["a", "b"]).result()

    return main()


def task_run_name_is_asked_once():
    asked, calls = [], []

    @task(task_run_name=lambda: asked.append(1) or "made", retries=1)
    def one():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")

    @flow
    def main():
        one()

    main()
    return len(asked)


def names_of_subflow_runs():
    @flow(flow_run_name="child-{x}")
    def child(x):
        return _flow_run_name()

    @flow
    def main():
        return [child(1), child(2)]

    return main()


def tags_of_a_task():
    @task(tags=["a", "b"])
    def one():
        return sorted(get_run_context().task_run.tags)

    @flow
    def main():
        return [one(), sorted(one.tags)]

    return main()


def tags_around_a_task():
    @task(tags=["own"])
    def one():
        return sorted(get_run_context().task_run.tags)

    @flow
    def main():
        with tags("around", "both"):
            with tags("inner"):
                inner = one()
            return [inner, one()]

    return main()


def tags_around_a_flow():
    @task
    def one():
        return sorted(get_run_context().task_run.tags)

    @flow
    def main():
        return [sorted(get_run_context().flow_run.tags), one()]

    with tags("around"):
        return main()


def tags_around_a_submitted_task():
    @task
    def one():
        return sorted(get_run_context().task_run.tags)

    @flow
    def main():
        with tags("around"):
            future = one.submit()
        return future.result()

    return main()


def tags_around_a_subflow():
    @flow
    def child():
        return sorted(get_run_context().flow_run.tags)

    @flow
    def main():
        with tags("around"):
            return child()

    return main()


def tags_give_what_holds():
    with tags("a") as outer, tags("b") as inner:
        return [sorted(outer), sorted(inner)]


def description_is_the_docstring():
    @flow
    def main():
        """Do it.

        And more.
        """

    @task
    def one():
        """Do one."""

    return [main.description, one.description, flow(name="x", description="own")(lambda: None).description]


def version_is_that_of_the_file_or_as_given():
    @flow(version="1.2")
    def main():
        pass

    @flow
    def other():
        pass

    return [main.version, isinstance(other.version, str)]
