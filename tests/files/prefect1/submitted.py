from prefect import Flow, Parameter, task


@task
def left(number):
    return number


@task
def right(number):
    return number


@task
def both(one, other):
    return one, other


with Flow("Two branches") as flow:
    number = Parameter("number", default=1)
    a = left(number)
    b = right(number)
    both(a, b)
    right(left.map([1, 2]))
