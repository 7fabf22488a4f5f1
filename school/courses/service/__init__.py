"""Every write about courses and choosing them, one module a topic; import from the topic's module."""
