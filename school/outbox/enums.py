"""Vocabularies of notices and of what is sent."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    REMINDER = "reminder"
    PLACE = "place"
    RESULT = "result"
    CHANGE = "change"
    REQUEST = "request"
    ACCOUNT = "account"

    @property
    def label(self) -> str:
        """The school's word."""
        return _NOTICE_LABELS[self]


class GroupKind(StrEnum):
    """What a message to a group says about an event; no free text. All say 活动, the key word of robots that ask for one."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"invitation": "活动通知", "reminder": "活动提醒", "change": "活动有变", "cancelled": "活动取消"}[self.value]


class Channel(StrEnum):
    """How a message leaves."""

    EMAIL = "email"
    WECOM = "wecom"
    DINGTALK = "dingtalk"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"email": "邮件", "wecom": "企业微信群", "dingtalk": "钉钉群"}[self.value]


class RobotKind(StrEnum):
    """Whose group robot it is; the value is its channel's."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"wecom": "企业微信", "dingtalk": "钉钉"}[self.value]


class MessageState(StrEnum):
    """Where a message stands; see docs/decisions.md on `UNSURE`."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The school's word."""
        return _STATE_LABELS[self]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"sent": "ok", "failed": "over", "unsure": "warning", "dropped": "neutral"}.get(self.value, "pending")


_NOTICE_LABELS = {
    NoticeKind.REMINDER: "提醒",
    NoticeKind.PLACE: "名额",
    NoticeKind.RESULT: "结果",
    NoticeKind.CHANGE: "变动",
    NoticeKind.REQUEST: "待办",
    NoticeKind.ACCOUNT: "账号",
}

_STATE_LABELS = {
    MessageState.QUEUED: "等待发送",
    MessageState.SENDING: "正在发送",
    MessageState.SENT: "已发出",
    MessageState.FAILED: "没有发出",
    MessageState.UNSURE: "不能确定",
    MessageState.DROPPED: "不再发送",
}
