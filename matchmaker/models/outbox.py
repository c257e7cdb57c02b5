"""Outgoing messages 消息: what was told to whom, over which channels, and who wants to be told what."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed


class Outbox(Keyed, Dated, Base):
    """One message to one recipient, in his language; it is never changed, only its dates are.

    Attributes:
        kind: one of ``notifications.kinds.KINDS``.
        subject: index id of what it is about; purging the object deletes it.
        audience: who finds it in his inbox ("account:3", "office"); "" when nobody has one.
        organization_id: body of the recipient, whose liaison sees it on his call list.
        short: for WeChat or SMS, without the link; at most 140 characters with it.
        link: path of the page it leads to; "" when ``secret_link_id`` leads there.
        read_at: opened in the inbox.
        answered_at: what it asked was answered, in whatever way.
        actor, sender_id, behalf: who caused it.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_inbox", "audience", "read_at"),)

    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(60), default="", index=True)
    audience: Mapped[str] = mapped_column(String(40), default="")
    organization_id: Mapped[int | None] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    short: Mapped[str] = mapped_column(String(140), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    secret_link_id: Mapped[int | None] = mapped_column(index=True)
    read_at: Mapped[datetime | None] = mapped_column(DateTime)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime)
    actor: Mapped[str] = mapped_column(String(100), default="")
    sender_id: Mapped[int | None]
    behalf: Mapped[str] = mapped_column(String(200), default="")

    deliveries: Mapped[list[Delivery]] = relationship(
        back_populates="message", cascade="all, delete-orphan", order_by="Delivery.id"
    )


class Delivery(Keyed, Dated, Base):
    """One way in which a message goes out besides the inbox.

    Attributes:
        channel: mail or call.
        state: waiting, held (quiet hours, digest), sent, failed (a person looks), stopped (the recipient's
            wish), handled (by telephone).
        who: whose wishes count, the key of ``MessagePreference``.
        address: of an e-mail.
        mail_id: Message-ID, kept so that a repetition after a crash is known as one; a digest has one.
        due_at: not before.
        handled_by, result, note: of a call; ``result`` is one of ``notifications.kinds.RESULTS``.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_list", "channel", "state", "due_at"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    who: Mapped[str] = mapped_column(String(220), default="", index=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    mail_id: Mapped[str] = mapped_column(String(120), default="")
    due_at: Mapped[datetime | None] = mapped_column(DateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime)
    handled_by: Mapped[str] = mapped_column(String(100), default="")
    handled_id: Mapped[int | None]
    result: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    message: Mapped[Outbox] = relationship(back_populates="deliveries")


class MessagePreference(Base):
    """What somebody wants to be told by e-mail, and when.

    Attributes:
        who: "account:3", or "mail:" with an address that has no account.
        stopped: kinds that he does not want; "*" for every e-mail.
        quiet_from, quiet_until: hours of the office's clock between which no e-mail goes out; the same hour
            twice for none.
        is_digest: one e-mail a day.
        digest_on: day of the last one.
    """

    __tablename__ = "message_preference"

    who: Mapped[str] = mapped_column(String(220), primary_key=True)
    stopped: Mapped[list[str]] = mapped_column(default=list)
    quiet_from: Mapped[int] = mapped_column(default=22)
    quiet_until: Mapped[int] = mapped_column(default=7)
    is_digest: Mapped[bool] = mapped_column(default=False)
    digest_on: Mapped[date | None] = mapped_column(Date)
