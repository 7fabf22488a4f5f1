"""Commands of the outbox: the worker that sends what waits."""

import json
import signal
from datetime import timedelta

import click

from school.db import db
from school.outbox.delivery.worker import LOST, Worker
from school.outbox.queries.messages import count_by_state
from school.outbox.rules.sending import STALE_AFTER, Outcome

WORDS = {
    Outcome.SENT.value: "已发出",
    Outcome.RETRY.value: "稍后再试",
    Outcome.FAILED.value: "没有发出",
    Outcome.UNSURE.value: "不能确定",
    LOST: "已由别的进程接手",
}


@click.command("send-notices")
@click.option("--follow", is_flag=True, help="Stay and send what comes; ends after the message in hand on SIGTERM or Ctrl+C.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (with --follow one a line), schema send-notices/1.")
@click.option(
    "--stale-seconds",
    type=click.IntRange(0),
    default=int(STALE_AFTER.total_seconds()),
    show_default=True,
    help="Take back what a worker claimed so long ago and never finished.",
)
def send_notices(follow: bool, as_json: bool, stale_seconds: int) -> None:
    """Send e-mails and group messages that wait in the outbox, each once; several of these may run at a time."""
    try:
        worker = Worker(stale_after=timedelta(seconds=stale_seconds))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: worker.stop())
    if follow:
        worker.follow(lambda: _report(worker, as_json))
        return
    worker.run_once()
    _report(worker, as_json)


def _report(worker: Worker, as_json: bool) -> None:
    """What this worker did so far, and what stands in the outbox now."""
    standing = {state.value: count for state, count in count_by_state().items()}
    db.session.rollback()
    done = {key: worker.counts[key] for key in WORDS}
    if as_json:
        click.echo(json.dumps({"schema": "send-notices/1", "done": done, "outbox": standing}, ensure_ascii=False))
        return
    words = "，".join(f"{WORDS[key]} {count}" for key, count in done.items() if count)
    undecided = standing.get("unsure", 0) + standing.get("failed", 0)
    click.echo(f"{words or '没有要发的'}。" + (f"有 {undecided} 条要在“通知发送”页处理。" if undecided else ""))


commands = (send_notices,)
