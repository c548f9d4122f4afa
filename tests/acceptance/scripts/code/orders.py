"""A script with a flow, a subflow and tasks."""

from syntask import flow, get_run_logger, task


@task
def load(number):
    get_run_logger().info("loads %s", number)
    if number == 2:
        raise ValueError("no customer 2")
    return number


@flow
def inner(numbers):
    return sum(load(number) for number in numbers)


@flow(log_prints=True)
def orders(numbers: list[int]):
    print("begins")
    return inner(numbers)


if __name__ == "__main__":
    orders([0, 1, 2])
