"""Every SELECT about homework: days and their items, the public log, report frames."""
