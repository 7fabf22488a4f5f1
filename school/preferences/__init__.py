"""What the school decides for itself: a typed list of settings, kept in the database, only ever tightening the law."""
