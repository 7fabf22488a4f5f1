"""What a request of the sweeps is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """What a request is about: in words, the values of the address, and the sheet the session may print."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)
    permit: tuple[str, Any] | None = None
