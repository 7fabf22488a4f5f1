"""Each role's first page, and the navigation."""
