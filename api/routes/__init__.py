"""The doors: a route reads a request, calls one method, and answers."""
