"""The state a flow or task ends in, by what it returns or raises."""

from _observing import error_class, error_of, shown
from syntask import flow, task
from syntask.states import Cancelled, Completed, Failed


@task
def good():
    return 1


@task
def bad():
    raise ValueError("no")


def _ends(body, **options):
    @flow(**options)
    def main():
        return body()

    return shown(main(return_state=True))


def value():
    return _ends(lambda: 5)


def nothing():
    return _ends(lambda: None)


def nothing_after_a_failed_task():
    return _ends(lambda: bad(return_state=True) and None)


def nothing_after_a_failed_submitted_task():
    return _ends(lambda: bad.submit() and None)


def value_after_a_failed_task():
    return _ends(lambda: bad(return_state=True) and 5)


def exception():
    def body():
        raise ValueError("no")

    return _ends(body)


def exception_of_a_task():
    return _ends(bad)


def exception_that_is_returned():
    return _ends(lambda: ValueError("no"))


def message_of_an_exception():
    @flow
    def main():
        raise ValueError("some text")

    return "ValueError: some text" in main(return_state=True).message


def completed_state():
    return _ends(lambda: Completed())


def failed_state():
    return _ends(lambda: Failed())


def state_with_a_name_and_a_message():
    @flow
    def main():
        return Completed(name="Half", message="some of it")

    state = main(return_state=True)
    return [shown(state), state.message]


def cancelled_state():
    return _ends(lambda: Cancelled())


def crashed_state():
    from syntask.states import Crashed

    return _ends(lambda: Crashed())


def state_of_a_task():
    return _ends(lambda: bad(return_state=True))


def good_future():
    return _ends(good.submit)


def failed_future():
    return _ends(bad.submit)


def result_of_a_good_future_that_is_returned():
    @flow
    def main():
        return good.submit()

    found = main()
    return [type(found).__name__, found.result()]


def list_of_states():
    return [
        _ends(lambda: [good(return_state=True), good(return_state=True)]),
        _ends(lambda: [good(return_state=True), bad(return_state=True)]),
    ]


def list_of_futures():
    return [
        _ends(lambda: [good.submit(), good.submit()]),
        _ends(lambda: [good.submit(), bad.submit()]),
    ]


def message_counts_failed_states():
    @flow
    def main():
        return [good(return_state=True), bad(return_state=True), bad(return_state=True)]

    return "2/3" in main(return_state=True).message


def tuple_of_futures():
    return _ends(lambda: (good.submit(), bad.submit()))


def dict_of_futures():
    return _ends(lambda: {"a": good.submit(), "b": bad.submit()})


def list_of_states_and_values():
    return _ends(lambda: [5, bad(return_state=True)])


def list_with_a_cancelled_state():
    return _ends(lambda: [Completed(), Cancelled()])


def list_with_a_crashed_state():
    from syntask.states import Crashed

    return _ends(lambda: [Completed(), Crashed()])


def empty_list():
    return _ends(list)


def map_result():
    @task
    def even(x):
        if x % 2:
            raise ValueError("odd")
        return x

    return [_ends(lambda: even.map([0, 2])), _ends(lambda: even.map([0, 1]))]


def result_of_a_list_of_futures():
    @flow
    def main():
        return [good.submit(), good.submit()]

    return [[type(item).__name__, item.result()] for item in main()]


def result_of_a_list_of_states():
    @flow
    def main():
        return [good(return_state=True), good(return_state=True)]

    return [type(item).__name__ for item in main()]


def failed_state_raises_where_the_flow_is_called():
    @flow
    def main():
        return Failed(message="as planned")

    return error_of(main)


def failed_task_raises_its_own_error():
    @flow
    def main():
        return bad(return_state=True)

    return error_of(main)


def cancelled_state_raises_where_the_flow_is_called():
    @flow
    def main():
        return Cancelled(message="enough")

    return error_class(main)


def data_of_a_completed_state():
    @flow
    def main():
        return Completed(data=[1, 2])

    return main()


def data_of_a_failed_state():
    @flow
    def main():
        return Failed(data=KeyError("left"))

    return error_of(main)


def task_returns_a_failed_state():
    @task
    def fails():
        return Failed(message="by hand")

    @flow
    def main():
        state = fails(return_state=True)
        return [shown(state), state.message]

    return main()


def task_returns_a_completed_state():
    @task
    def skips():
        return Completed(name="Skipped", message="nothing to do")

    @flow
    def main():
        state = skips(return_state=True)
        return [shown(state), state.message, type(skips()).__name__]

    return main()


def task_returns_a_failed_state_and_is_tried_again():
    calls = []

    @task(retries=1)
    def fails():
        calls.append(1)
        return Failed()

    @flow
    def main():
        fails(return_state=True)
        return len(calls)

    return main()


def task_returns_a_list_of_states():
    @task
    def returns():
        return [Completed(), Failed()]

    @flow
    def main():
        return shown(returns(return_state=True))

    return main()


def return_state_of_a_failure_does_not_raise():
    @flow
    def main():
        state = bad(return_state=True)
        return [state.is_failed(), type(state.result(raise_on_failure=False)).__name__]

    return main()


def result_of_a_failed_state_raises():
    @flow
    def main():
        return error_of(bad(return_state=True).result)

    return main()


def raised_error_keeps_its_attributes():
    class Own(Exception):
        def __init__(self, code):
            super().__init__("own")
            self.code = code

    @task
    def raises():
        raise Own(7)

    @flow
    def main():
        try:
            raises()
        except Own as error:
            return error.code

    return main()


def generator_that_is_returned():
    @flow
    def main():
        return (x for x in [1, 2])

    return type(main()).__name__


def lambda_that_is_returned():
    @flow
    def main():
        return lambda: 5

    return main()()
