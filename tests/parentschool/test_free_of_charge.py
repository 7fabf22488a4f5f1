"""Family education costs families nothing (PE-02): there is no place to write a price, and every invitation says so."""

import re
from collections.abc import Callable

from wtforms.fields.core import UnboundField

from school.accounts.models import User
from school.parentschool import models
from school.parentschool.forms import corps, plan, sessions
from school.parentschool.rules.sessions import DateValues, SessionValues
from tests.parentschool.office_school import OfficeSchool
from tests.support.client import SchoolClient

MONEY = re.compile(r"fee|price|cost|charge|pay|amount|money|tuition")
WORDS = re.compile(r"收费|费用|价格|缴费|元")


def test_no_table_form_or_value_of_parent_school_has_a_price() -> None:
    tables = [getattr(models, name).__table__ for name in models.__all__]
    columns = [column.name for table in tables for column in table.columns]
    assert len(columns) > 100
    assert [name for name in columns if MONEY.search(name)] == []
    assert [name for values in (SessionValues, DateValues) for name in values.__annotations__ if MONEY.search(name)] == []
    for module in (corps, plan, sessions):
        forms = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, sessions.SchoolForm)]
        fields = [name for form in forms for name in dir(form) if isinstance(getattr(form, name), UnboundField)]
        assert len(fields) > 5
        assert [name for name in fields if MONEY.search(name)] == []


def test_a_session_says_that_it_is_free(office: OfficeSchool, as_user: Callable[[User], SchoolClient]) -> None:
    session = office.announced()
    page = as_user(office.school.office).get(f"/parent-school/sessions/{session.id}").text
    assert re.search(r"<dt>费用</dt><dd>免费</dd>", page)
    form = as_user(office.school.office).get("/parent-school/sessions/new").text
    assert not WORDS.search(re.sub(r"<[^>]*>", "", form))
