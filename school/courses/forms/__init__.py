"""Forms of after-school courses, one module a topic."""
