"""`flask school settle-offers`: pass on offers past their deadline and every seat somebody on a list could have."""

import json
from collections import Counter

import click

from school.audit.service import COMMAND_LINE
from school.courses.queries.lines import selection_ids
from school.courses.service.waiting import settle
from school.db import transaction
from school.waiting.rules import Expired, Offered, Promoted, Step, Unfit

NAMES: dict[type[Step], str] = {Expired: "expired", Offered: "offered", Promoted: "promoted", Unfit: "unfit"}
WORDS = {"expired": "逾期未确认", "offered": "新发出待确认名额", "promoted": "递补", "unfit": "不再符合条件"}


@click.command("settle-offers")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the four counts.")
def settle_offers(*, as_json: bool) -> None:
    """Expire offers nobody accepted in time and pass their seats on; run it every ten minutes while lists are open."""
    counts = Counter(dict.fromkeys(WORDS, 0))
    for selection_id in selection_ids():
        with transaction():
            for step in settle(selection_id, by=COMMAND_LINE):
                counts[NAMES[type(step)]] += len(step.entries)
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo("；".join(f"{WORDS[name]} {count} 人次" for name, count in counts.items()) + "。")
