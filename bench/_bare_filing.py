"""A bare session and one insert: what filing an item costs without rules, locks, audit or permissions."""

import os
from datetime import date

from flask import Flask, redirect, request, session
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.wrappers import Response

app = Flask(__name__)
app.secret_key = "bench"
engine = create_engine(os.environ.get("BARE_DATABASE", "sqlite://"))


@event.listens_for(engine, "connect")
def _connect(connection, _entry) -> None:  # noqa: ANN001
    connection.isolation_level = None
    for pragma in ("busy_timeout = 15000", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(engine, "begin")
def _begin(connection) -> None:  # noqa: ANN001
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Base(DeclarativeBase):
    """Base of the bare tables."""


class Item(Base):
    """An item as wide as ours."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    teacher_id: Mapped[int]
    class_id: Mapped[int]
    on_day: Mapped[date]
    content: Mapped[str]
    minutes: Mapped[int]
    form: Mapped[str]
    demand: Mapped[str]


@app.get("/healthz")
def healthz() -> str:
    """Answer when the table is there."""
    Base.metadata.create_all(engine)
    with Session(engine) as database:
        database.execute(text("SELECT 1"))
    return "ok"


@app.get("/sign-in")
def sign_in() -> str:
    """Start a session."""
    session["teacher_id"] = 1
    return "ok"


@app.post("/items")
def file_item() -> Response:
    """Insert what was posted and send the person on."""
    form = request.form
    with Session(engine) as database:
        database.add(
            Item(
                teacher_id=session["teacher_id"],
                class_id=int(request.args["class"]),
                on_day=date.fromisoformat(request.args["day"]),
                content=form["all_content"],
                minutes=int(form["all_minutes"]),
                form=form["form"],
                demand=form["demand"],
            )
        )
        database.commit()
    return redirect("/items", 303)
