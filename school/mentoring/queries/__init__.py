"""Every SELECT about mentoring, tiers, teams and research, one module a topic."""
