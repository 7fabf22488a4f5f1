"""Courses after school: so far the draw that gives out the seats, and its command; no table and no page yet."""
