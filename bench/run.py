"""Runs every file of this folder that has a `run()` and prints each result it yields as one line of JSON.

`python -m bench.run` runs all, `python -m bench.run public_log roster` those whose file name holds one of the words.
A file that fails is told of on standard error, the others still run, and the command ends with 1.
"""

import importlib
import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

KEYS = {"name", "value", "unit", "floor", "ratio"}
NOT_CLAIMS = {"__init__", "run", "support"}


def main(words: Sequence[str]) -> int:
    """Run the chosen files in order of name; 1 when one failed or none was found."""
    names = [name for name in claims() if not words or any(word in name for word in words)]
    if not names:
        print(f"no file in bench/ for {' '.join(words) or 'anything'}", file=sys.stderr)
        return 1
    return max([_run(name) for name in names])


def claims() -> Iterator[str]:
    """Names of the files that measure something; those that begin with `_` only serve others."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in NOT_CLAIMS and not path.stem.startswith("_"):
            yield path.stem


def _run(name: str) -> int:
    print(f"· bench/{name}.py", file=sys.stderr, flush=True)
    try:
        for result in importlib.import_module(f"bench.{name}").run():
            if not set(result) >= KEYS:
                raise ValueError(f"a result has at least the keys {sorted(KEYS)}, not {sorted(result)}")
            print(json.dumps(result, ensure_ascii=False), flush=True)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
