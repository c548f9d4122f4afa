"""`python -m syntask_yaml` is the command `syntask`."""

from syntask_yaml.cli.main import run

if __name__ == "__main__":
    run()
