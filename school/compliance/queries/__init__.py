"""SELECTs over several features at once."""
