"""What `@flow` and `@task` make of a function."""
