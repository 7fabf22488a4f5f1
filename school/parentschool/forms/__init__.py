"""Forms of parent school and home visits, one module a topic."""
