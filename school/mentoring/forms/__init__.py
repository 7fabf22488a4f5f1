"""Forms of mentoring, tiers, teams and research, one module a topic."""
