"""From rows to pandas frames to tables and Excel; knows no feature."""
