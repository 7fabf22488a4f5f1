"""The measured numbers, one file per claim; `python -m bench.run` prints them."""
