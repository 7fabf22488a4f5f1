"""The demo's accounts: one easy login for each role, all with one password."""

DEMO_PASSWORD = "sunshine-2026"  # noqa: S105


def demo_logins() -> list[tuple[str, str, str]]:
    """Login, role and name of the demo accounts in the database; none in a real school."""
    return []
