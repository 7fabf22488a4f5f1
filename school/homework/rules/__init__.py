"""The rules of homework as pure functions, one module a topic; import from the topic's module."""
