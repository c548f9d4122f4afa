"""Access of flow code to the backend: blocks, variables, and slots of concurrency limits."""
