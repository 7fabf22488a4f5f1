"""The school's own calendar: years, terms, days off, make-up days and teaching weeks."""
