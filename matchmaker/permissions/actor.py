"""Who asks: somebody with roles, bodies that he belongs to or answers for, and audiences that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from indexer.document import PUBLIC

#: Audiences that are not an organization.
MEMBERS = "members"
OFFICE = "office"
#: Every role, from the least to the most trusted.
ROLES = (
    "visitor",
    "enterprise",
    "expert",
    "body_liaison",
    "territory_liaison",
    "broker",
    "organizer",
    "administrator",
    "system",
)
#: Roles whose holders see and may do what the office may.
OFFICE_ROLES = frozenset({"organizer", "administrator", "system"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on whose behalf something is done.

    Attributes:
        role: his main role, one of ROLES.
        name: as the history shows it.
        organizations: numbers of the bodies that he belongs to: he reads what is for them.
        liaison_of: numbers of the bodies and territories that he answers for: he writes for them too.
        also: further roles of the same person.
        account: number of his account; None for a visitor, a link or the system.
        expert: number of his own record among the experts.
        behalf: for whom he acts, as the history shows it; "" for himself.
        scopes: what his API token may; None for a person in a session.
    """

    role: str
    name: str
    organizations: tuple[int, ...] = ()
    liaison_of: tuple[int, ...] = ()
    also: frozenset[str] = frozenset()
    account: int | None = None
    expert: int | None = None
    behalf: str = ""
    scopes: frozenset[str] | None = None

    @property
    def roles(self) -> frozenset[str]:
        """All his roles; whoever is logged in is a member besides."""
        own = {self.role, *self.also}
        return frozenset(own | {MEMBERS} if MEMBERS in audiences_of(self) else own)

    @property
    def is_office(self) -> bool:
        """Whether he may do what the office may."""
        return not OFFICE_ROLES.isdisjoint({self.role, *self.also})

    def acting_for(self, name: str) -> Actor:
        """The same person acting on somebody's behalf, which the history tells."""
        return replace(self, behalf=name)


VISITOR = Actor("visitor", "访客")
ORGANIZER = Actor("organizer", "组织者")
SYSTEM = Actor("system", "系统")


def audiences_of(actor: Actor) -> frozenset[str]:
    """The audiences that an actor belongs to."""
    found = {PUBLIC}
    found.update(f"org:{number}" for number in (*actor.organizations, *actor.liaison_of))
    found.update(f"liaison:{number}" for number in actor.liaison_of)
    if actor.account is not None:
        found |= {MEMBERS, f"account:{actor.account}"}
    if actor.expert is not None:
        found |= {MEMBERS, f"expert:{actor.expert}"}
    if actor.organizations or actor.liaison_of:
        found.add(MEMBERS)
    if actor.is_office:
        found |= {MEMBERS, OFFICE}
    return frozenset(found)
