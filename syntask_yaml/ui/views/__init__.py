"""The pages, one module each: a view takes the site and a request, and answers."""
