"""Parent school (家长学校) and home visits: plan, mentor corps, sessions, check-in, records, visits (S12, PE-01, PE-07)."""
