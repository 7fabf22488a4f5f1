"""The demo's mentoring: triads with half a term of work, tiers, plans, research, team appraisals."""
