"""Every write about parent school and home visits, one module a topic."""
