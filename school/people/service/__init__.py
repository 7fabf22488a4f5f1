"""Every write about people, by topic: rosters, pupils, teachers."""
