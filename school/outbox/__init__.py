"""The outbox: notices on the page, and what leaves the school by e-mail or to a group, written with the act and sent after it."""
