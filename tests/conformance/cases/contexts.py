"""What flow code can ask about the run that it is part of."""

import contextvars
import threading

from _observing import error_class
from syntask import flow, task
from syntask.context import FlowRunContext, TaskRunContext, get_run_context


def context_of_a_flow():
    @flow(name="main")
    def main(x):
        context = get_run_context()
        return [
            isinstance(context, FlowRunContext),
            context.flow.name,
            context.flow_run.name == FlowRunContext.get().flow_run.name,
            context.parameters,
        ]

    return main(1)


def context_of_a_task():
    @task(name="one")
    def one(x):
        context = get_run_context()
        return [type(context).__name__, context.task.name, context.parameters]

    @flow
    def main():
        return one(1)

    return main()


def flow_context_in_a_task():
    @task
    def one():
        return [FlowRunContext.get().flow.name, TaskRunContext.get().task.name]

    @flow(name="main")
    def main():
        return [one(), one.submit().result()]

    return main()


def no_context():
    return [error_class(get_run_context), FlowRunContext.get(), TaskRunContext.get()]


def class_of_the_missing_context():
    from syntask.exceptions import MissingContextError

    try:
        get_run_context()
    except MissingContextError as error:
        return isinstance(error, RuntimeError)


def task_context_is_gone_after_the_task():
    @task
    def one():
        pass

    @flow
    def main():
        one()
        return TaskRunContext.get()

    return main()


def context_is_gone_after_the_flow():
    @flow
    def main():
        pass

    main()
    return FlowRunContext.get()


def context_is_gone_after_a_failure():
    @flow
    def main():
        raise ValueError("no")

    main(return_state=True)
    return FlowRunContext.get()


def thread_of_its_own_has_no_context():
    @flow
    def main():
        found = []
        thread = threading.Thread(target=lambda: found.append(error_class(get_run_context)))
        thread.start()
        thread.join()
        return found

    return main()


def copied_context_is_the_same():
    @flow(name="main")
    def main():
        found = []
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=lambda: context.run(lambda: found.append(get_run_context().flow.name))
        )
        thread.start()
        thread.join()
        return found

    return main()


def own_context_variable_reaches_tasks():
    own = contextvars.ContextVar("own", default="unset")

    @task
    def one():
        return own.get()

    @flow
    def main():
        own.set("set")
        return [one(), one.submit().result()]

    return main()


def runtime_of_a_flow():
    from syntask.runtime import flow_run

    @flow(name="main", flow_run_name="run")
    def main(x, y=2):
        return [flow_run.name, flow_run.flow_name, flow_run.parameters, flow_run.tags, len(flow_run.id)]

    return main(1)


def runtime_of_a_task():
    from syntask.runtime import task_run

    @task(name="one", task_run_name="run", tags=["a"])
    def one(x):
        return [task_run.name, task_run.task_name, task_run.parameters, task_run.tags, len(task_run.id)]

    @flow
    def main():
        return one(1)

    return main()


def runtime_of_a_flow_in_a_task():
    from syntask.runtime import flow_run

    @task
    def one():
        return [flow_run.flow_name, flow_run.id]

    @flow(name="main")
    def main():
        return one() == ["main", flow_run.id]

    return main()


def runtime_outside_of_a_run():
    from syntask.runtime import deployment, flow_run, task_run

    return [
        flow_run.id, flow_run.name, flow_run.flow_name, flow_run.parameters, flow_run.tags,
        flow_run.run_count, flow_run.parent_flow_run_id, task_run.id, task_run.name, task_run.parameters,
        deployment.id, deployment.name, deployment.parameters, deployment.flow_run_id,
    ]  # fmt: skip


def runtime_without_a_deployment():
    from syntask.runtime import deployment

    @flow
    def main():
        return [deployment.id, deployment.name, deployment.parameters, deployment.version]

    return main()


def runtime_has_the_scheduled_time():
    from syntask.runtime import flow_run

    @flow
    def main():
        return [
            hasattr(flow_run.scheduled_start_time, "isoformat"),
            flow_run.scheduled_start_time.tzinfo is not None,
        ]

    return main()


def runtime_of_an_unknown_name():
    from syntask import runtime

    return [
        error_class(lambda: runtime.flow_run.nothing),
        error_class(lambda: runtime.task_run.nothing),
        error_class(lambda: runtime.deployment.nothing),
    ]


def runtime_by_module():
    import syntask.runtime

    @flow(name="main")
    def main():
        return syntask.runtime.flow_run.flow_name

    return main()


def names_of_the_runtime():
    from syntask.runtime import deployment, flow_run, task_run

    wanted = {
        flow_run: "id name flow_name parameters tags scheduled_start_time parent_flow_run_id run_count",
        task_run: "id name task_name parameters tags run_count",
        deployment: "id name parameters version flow_run_id",
    }
    return [all(name in dir(module) for name in names.split()) for module, names in wanted.items()]


def start_time_of_the_context():
    @flow
    def main():
        return get_run_context().start_time.tzinfo is not None

    return main()


def state_in_the_context():
    @task
    def one():
        return get_run_context().task_run.state.name

    @flow
    def main():
        return [get_run_context().flow_run.state.name, one()]

    return main()


def run_objects_have_names_and_ids():
    @task(task_run_name="named")
    def one():
        run = get_run_context().task_run
        return [run.name, len(str(run.id)), sorted(run.tags), run.run_count, run.state.name]

    @flow(flow_run_name="named")
    def main():
        run = get_run_context().flow_run
        return [one(), run.name, len(str(run.id)), sorted(run.tags), run.run_count]

    return main()


def parameters_of_a_flow_run():
    @flow
    def main(x: int, y=2):
        return [get_run_context().flow_run.parameters, get_run_context().parameters]

    return main("1")


def runtime_in_a_subflow():
    from syntask.runtime import flow_run

    @flow(name="child")
    def child():
        return flow_run.flow_name

    @flow(name="main")
    def main():
        return [flow_run.flow_name, child(), flow_run.flow_name]

    return main()


def runtime_in_a_nested_task():
    from syntask.runtime import task_run

    @task(name="inner")
    def inner():
        return task_run.task_name

    @task(name="outer")
    def outer():
        return [task_run.task_name, inner(), task_run.task_name]

    @flow
    def main():
        return outer()

    return main()


def runtime_in_a_hook():
    from syntask.runtime import flow_run

    seen = []

    @flow(name="main", on_completion=[lambda flow, run, state: seen.append(flow_run.flow_name)])
    def main():
        pass

    main()
    return seen


def run_time_counts():
    from syntask.runtime import flow_run, task_run

    @task
    def one():
        return [task_run.run_count, flow_run.run_count]

    @flow
    def main():
        return one()

    return main()


def task_context_of_mapped_runs():
    @task(name="one")
    def one(x):
        return [get_run_context().parameters["x"], x]

    @flow
    def main():
        return one.map([1, 2]).result()

    return main()


def flow_context_is_the_same_in_all_tasks():
    @task
    def one():
        return str(FlowRunContext.get().flow_run.id)

    @flow
    def main():
        return len({one(), one.submit().result()}) == 1

    return main()


def task_run_knows_its_flow_run():
    @task
    def one():
        return str(get_run_context().task_run.flow_run_id)

    @flow
    def main():
        return one() == str(get_run_context().flow_run.id)

    return main()


def task_outside_of_a_flow_has_no_flow_run():
    @task
    def one():
        return [get_run_context().task_run.flow_run_id, FlowRunContext.get()]

    return one()


def tags_of_the_context():
    from syntask import tags
    from syntask.context import TagsContext

    with tags("a"):
        return sorted(TagsContext.get().current_tags)


def run_url_is_some_text_or_nothing():
    from syntask.runtime import flow_run

    @flow
    def main():
        return type(flow_run.ui_url).__name__ in ("str", "NoneType")

    return main()
