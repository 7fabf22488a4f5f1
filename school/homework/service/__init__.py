"""Every write about homework, by the verb the office uses; the class-day is locked first, always."""
