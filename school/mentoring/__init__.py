"""How the school grows teachers: mentor triads (三人行), the 131 tiers and teams, and research."""
