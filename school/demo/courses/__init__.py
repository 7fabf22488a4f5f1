"""The demo's after-school courses, and one selection played on them."""
