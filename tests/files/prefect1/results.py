from prefect import Flow, Parameter, task
from prefect.executors import LocalDaskExecutor


@task
def double(number):
    return number * 2


@task
def total(numbers):
    return sum(numbers)


with Flow("results") as flow:
    number = Parameter("number", default=1)
    doubled = double.map([number, 2])
    total = total(doubled)

if __name__ == "__main__":
    state = flow.run(number=2)
    print(f"{state.result[doubled].result}", state.result[total].result, state.is_successful())
    print(flow.run().result[number].result)

executor = LocalDaskExecutor(num_workers=2)
flow.run(executor=executor)
