"""Spreadsheets in and out: hostile or careless files become rows of text, and rows become files that open safely."""
