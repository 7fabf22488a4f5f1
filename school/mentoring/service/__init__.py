"""Every write about mentoring, tiers, teams and research, one module a topic."""
