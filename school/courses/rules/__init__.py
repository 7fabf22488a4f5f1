"""The rules of choosing courses as pure functions of the standard library, one module a topic; import from the topic's module."""
