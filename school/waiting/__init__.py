"""Waiting lists: one mechanism for the seats of courses and the chairs of the parent school."""
