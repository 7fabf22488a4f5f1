"""Who did what, when, to what: an append-only record in Chinese sentences."""
