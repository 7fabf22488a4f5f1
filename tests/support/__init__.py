"""What the tests stand on: databases, a strict client, a live server, a real browser."""
