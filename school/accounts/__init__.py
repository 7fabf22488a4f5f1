"""Who is asking: users, roles, the guard of every view, sign-in and its throttle."""
