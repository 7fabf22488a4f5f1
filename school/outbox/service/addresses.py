"""One's own e-mail address: entered, confirmed by a code sent to it, removed."""

import hmac
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import update

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.outbox.deployment import code_digest, new_code
from school.outbox.enums import Channel, MessageState
from school.outbox.models import EmailAddress, OutboxMessage
from school.outbox.queries.notices import count_messages_since, lock_address
from school.outbox.rules.addresses import CODE_LIVES, MOST_CODES_A_DAY, MOST_TRIES, clean_address, clean_code, masked_address
from school.outbox.service import insert_new, message_row, queue
from school.preferences.queries import get_preferences

CODE_KEY = "email-code:"


def is_code_key(key: str) -> bool:
    """Whether a message of this key carries a code, which goes to an address nobody confirmed yet."""
    return key.startswith(CODE_KEY)


def enter_address(user_id: int, text: str, *, actor: Actor) -> EmailAddress:
    """Keep an address as not confirmed, in place of the one before, and queue a code to it; refuses too many codes a day."""
    address = clean_address(text)
    insert_new(EmailAddress, [{"user_id": user_id, "address": ""}], EmailAddress.id)  # a row to lock, whoever taps at once
    found = lock_address(user_id)
    assert found is not None
    prefix = f"{CODE_KEY}{user_id}:"
    if count_messages_since(prefix, now() - timedelta(days=1)) >= MOST_CODES_A_DAY:
        raise Refused(f"一天最多发 {MOST_CODES_A_DAY} 次验证码，请明天再试。", "address")
    drop_waiting(found)
    code = new_code()
    found.address, found.confirmed_at, found.code_tries = address, None, 0
    found.code_digest, found.code_until = code_digest(user_id, address, code), now() + CODE_LIVES
    db.session.flush()
    school, minutes = get_preferences().school_name, int(CODE_LIVES.total_seconds()) // 60
    body = f"您的验证码是 {code}，{minutes} 分钟内有效。\n\n如果不是您本人在填，请不用理会。\n\n{school}\n"
    to = {"until": found.code_until, "address_id": found.id}
    queue([message_row(f"{prefix}{uuid4().hex}", Channel.EMAIL, f"【{school}】邮箱验证码", body, **to)])
    sentence = f"填写了接收通知的邮箱 {masked_address(address)}"
    record(actor, "outbox.enter_address", sentence, subject_type="user", subject_id=user_id)
    return found


def try_code(user_id: int, text: str, *, actor: Actor) -> str:
    """Confirm the address with its code; answers "" or, in Chinese, why not.

    A wrong guess is counted, so the transaction is committed though the request is refused.
    """
    found = lock_address(user_id)
    if found is None or not found.address or found.code_digest is None or found.code_until is None:
        return "没有等待验证的邮箱，请重新填写。"
    if found.code_until <= now() or found.code_tries >= MOST_TRIES:
        return "验证码已经失效，请重新发送。"
    if not hmac.compare_digest(code_digest(user_id, found.address, clean_code(text)), found.code_digest):
        found.code_tries += 1
        db.session.flush()
        left = MOST_TRIES - found.code_tries
        return f"验证码不对，还可以试 {left} 次。" if left else "验证码不对，已经失效，请重新发送。"
    found.confirmed_at, found.code_digest, found.code_until = now(), None, None
    db.session.flush()
    sentence = f"验证了接收通知的邮箱 {masked_address(found.address)}"
    record(actor, "outbox.confirm_address", sentence, subject_type="user", subject_id=user_id)
    return ""


def remove_address(user_id: int, *, actor: Actor) -> None:
    """Forget the address; what still waits for it is not sent."""
    found = lock_address(user_id)
    if found is None or not found.address:
        raise Refused("没有填写邮箱。")
    drop_waiting(found)
    sentence = f"移除了接收通知的邮箱 {masked_address(found.address)}"
    found.address, found.confirmed_at, found.code_digest, found.code_until = "", None, None, None
    db.session.flush()
    record(actor, "outbox.remove_address", sentence, subject_type="user", subject_id=user_id)


def drop_waiting(address: EmailAddress) -> None:
    """Do not send what waits for this address."""
    waiting = (OutboxMessage.address_id == address.id, OutboxMessage.state == MessageState.QUEUED)
    values = {"state": MessageState.DROPPED, "body": "", "last_error": "邮箱已经移除或改了"}
    db.session.execute(update(OutboxMessage).where(*waiting).values(**values).execution_options(synchronize_session=False))
