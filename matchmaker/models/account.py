"""Accounts 账号: people who log in, the bodies they belong to, their sessions, tokens and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.models.base import Base, Dated, Keyed, now
from matchmaker.models.organization import Organization


class Account(Keyed, Dated, Base):
    """Somebody who may log in.

    Attributes:
        phone, username, email: ways to name oneself at log-in, as ``identity.names`` writes them.
        password_hash: argon2; "" while no password was set.
        must_change: the password was given by somebody else and opens only the page that changes it.
        state: waiting (for approval), active, closed.
        roles: of ``permissions.ROLES``, visitor and system excepted.
        expert_id: his own record among the experts.
        language, type_size: his choice for every device; "" leaves it to the device.
        totp_secret: of the second factor; it counts from ``totp_since`` on.
        totp_step: time step of the last code that was taken, so that none is taken twice.
        recovery: digests of unused recovery codes.
        applied: what he told at self-registration: role, organization, code, note.
    """

    __tablename__ = "account"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    name: Mapped[str] = mapped_column(String(100), index=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    username: Mapped[str | None] = mapped_column(String(60), unique=True)
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    must_change: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="active", index=True)
    roles: Mapped[list[str]] = mapped_column(default=list)
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="SET NULL"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="")
    type_size: Mapped[str] = mapped_column(String(10), default="")
    totp_secret: Mapped[str] = mapped_column(String(64), default="")
    totp_since: Mapped[datetime | None] = mapped_column(DateTime)
    totp_step: Mapped[int] = mapped_column(default=0)
    recovery: Mapped[list[str]] = mapped_column(default=list)
    applied: Mapped[dict[str, Any]] = mapped_column(default=dict)
    entered_at: Mapped[datetime | None] = mapped_column(DateTime)

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="Membership.id"
    )

    @property
    def relations(self) -> dict[str, set[str]]:
        """Audiences of the person and of those who answer for his bodies, for rules of permission."""
        bodies = {f"liaison:{each.organization_id}" for each in self.memberships}
        return {"self": {f"account:{self.id}"}, "liaison": bodies}


class Membership(Keyed, Base):
    """A body that somebody belongs to; who represents it answers and writes for it."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "organization_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    represents: Mapped[bool] = mapped_column(default=False)

    account: Mapped[Account] = relationship(back_populates="memberships")
    organization: Mapped[Organization] = relationship()


class LoginSession(Keyed, Base):
    """One device that is logged in; ending it deletes the row.

    Attributes:
        key_hash: digest of what the device's cookie holds.
        device: browser and system in words.
        seen_at: last request, at most some minutes old.
    """

    __tablename__ = "login_session"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(100), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)

    account: Mapped[Account] = relationship()


class ApiToken(Keyed, Base):
    """A key by which a program acts for an account; only its digest is kept.

    Attributes:
        shown: how it begins, by which its owner recognises it.
        scopes: read, write, admin.
    """

    __tablename__ = "api_token"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(12), default="")
    scopes: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(DateTime)
    used_at: Mapped[datetime | None] = mapped_column(DateTime)

    account: Mapped[Account] = relationship()


class Invitation(Keyed, Base):
    """A link by which one person makes one account, with role and body as the inviter set them.

    Attributes:
        name, phone: of the invited person, for the inviter's list and as a proposal.
        used_by: account that it became.
    """

    __tablename__ = "invitation"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("expert.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    invited_by: Mapped[str] = mapped_column(String(100), default="")
    account_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(DateTime)
    used_at: Mapped[datetime | None] = mapped_column(DateTime)
    used_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    organization: Mapped[Organization | None] = relationship()


class PasswordReset(Keyed, Base):
    """A link by which somebody sets a new password once; using or replacing it deletes the row."""

    __tablename__ = "password_reset"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(DateTime)

    account: Mapped[Account] = relationship()


class LoginThrottle(Base):
    """Wrong log-ins of an account (or of a name that nobody has), or from an address.

    Attributes:
        name: ``account:7``, ``name:<digest>`` or ``address:10.0.0.7``.
        failures: since the last right one.
        until: no attempt is looked at before.
    """

    __tablename__ = "login_throttle"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(DateTime, default=now)
    at: Mapped[datetime] = mapped_column(DateTime, default=now, index=True)
    until: Mapped[datetime | None] = mapped_column(DateTime)
