"""The backend of a Prefect 3 server or Prefect Cloud, over its REST API."""
