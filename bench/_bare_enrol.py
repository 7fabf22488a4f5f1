"""A bare session, SELECT and guarded INSERT: what taking a seat costs without rules, lists, audit or permissions."""

import os
from datetime import UTC, datetime

from flask import Flask, redirect, session
from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
)
from werkzeug.wrappers import Response

COURSES, SEATS = int(os.environ.get("BARE_COURSES", "27")), int(os.environ.get("BARE_SEATS", "80"))

app = Flask(__name__)
app.secret_key = "bench"
engine = create_engine(os.environ.get("BARE_DATABASE", "sqlite://"))
metadata = MetaData()
courses = Table(
    "bare_courses", metadata, Column("id", Integer, primary_key=True), Column("name", String(40)), Column("capacity", Integer)
)
places = Table(
    "bare_places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course_id", Integer),
    Column("pupil_id", Integer),
    Column("taken_at", DateTime),
    Column("taken_by", Integer),
    Index("uq_bare_places", "pupil_id", "course_id", unique=True),
    Index("ix_bare_places_course", "course_id"),
)

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def _connect(connection, _entry) -> None:  # noqa: ANN001
        connection.isolation_level = None
        for pragma in ("busy_timeout = 15000", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # noqa: ANN001
        connection.exec_driver_sql("BEGIN IMMEDIATE")


COURSE = select(courses.c.name, courses.c.capacity).where(courses.c.id == bindparam("course")).with_for_update()
TAKEN = select(func.count()).select_from(places).where(places.c.course_id == courses.c.id).scalar_subquery()
ROW = select(courses.c.id, bindparam("pupil", type_=Integer), bindparam("now", type_=DateTime), bindparam("by", type_=Integer))
TAKE = (
    insert(places)
    .from_select(
        ["course_id", "pupil_id", "taken_at", "taken_by"],
        ROW.where(courses.c.id == bindparam("course"), courses.c.capacity > TAKEN),
        include_defaults=False,
    )
    .inline()
    .execution_options(preserve_rowcount=True)
)


@app.get("/healthz")
def healthz() -> str:
    """Answer when the tables are there."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        if not connection.execute(select(func.count()).select_from(courses)).scalar_one():
            connection.execute(
                insert(courses), [{"id": n + 1, "name": f"课程{n + 1}", "capacity": SEATS} for n in range(COURSES)]
            )
    return "ok"


@app.post("/choose/<int:pupil_id>/<int:course_id>/take")
def take(pupil_id: int, course_id: int) -> Response | tuple[str, int]:
    """Take a seat if there is one left."""
    values = {"course": course_id, "pupil": pupil_id, "now": datetime.now(UTC).replace(tzinfo=None), "by": session["user_id"]}
    with engine.begin() as connection:
        name, _capacity = connection.execute(COURSE, {"course": course_id}).one()
        is_placed = connection.execute(TAKE, values).rowcount == 1
    return redirect(f"/choose/{pupil_id}", 303) if is_placed else (f"{name} is full", 422)
