"""The rules of mentoring as pure functions, one module a topic; import from the topic's module."""
