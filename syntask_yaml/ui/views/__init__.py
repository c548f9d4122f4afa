"""The views, one module for each page: a view takes the site and a request, and returns a response."""
