"""Importing lists: a file is read, checked against what exists, shown, and applied in one transaction."""
