"""The public log as anybody may read it: built from the narrow rows of `queries.log` alone, never from people."""
