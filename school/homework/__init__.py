"""Homework: filing it, holding the day's total under the cap, publishing it, and answering for it."""
