"""Pure rules of the outbox: addresses and codes, what a group may read, robots, and when to try again."""
