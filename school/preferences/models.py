"""One row for each setting the school has changed."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Instant, db


class Preference(db.Model):
    """A changed setting; keys without a row have their default."""

    __tablename__ = "preferences"
    __stamp__ = "preferences"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[object] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Instant)
