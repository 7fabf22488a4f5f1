"""Reading notices, addresses, robots and messages."""
