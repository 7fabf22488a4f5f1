"""The rules of parent school and home visits as pure functions, one module a topic."""
