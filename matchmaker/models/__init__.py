"""Tables: one file per subject; importing this package knows them all."""

from matchmaker.models.account import (
    Account,
    ApiToken,
    Invitation,
    LoginSession,
    LoginThrottle,
    Membership,
    PasswordReset,
)
from matchmaker.models.attachment import Attachment
from matchmaker.models.base import Base, now
from matchmaker.models.code import CodeEntry, CodeTable
from matchmaker.models.counter import Counter
from matchmaker.models.day import DayCopy, DayEntry
from matchmaker.models.event import (
    AgendaItem,
    AgendaPerson,
    Attendee,
    BodyInvitation,
    Event,
    EventPair,
    EventProblem,
    EventProblemPerson,
    EventSession,
    EventSlot,
    EventTable,
)
from matchmaker.models.expert import Expert, ExpertProject
from matchmaker.models.history import AccessLog, History
from matchmaker.models.indicator import Indicator
from matchmaker.models.introduction import (
    Introduction,
    IntroductionEvent,
    IntroductionNote,
    IntroductionSeen,
)
from matchmaker.models.job import ImportFault, ImportRun, Job, Lease
from matchmaker.models.match import Match, MatchRun
from matchmaker.models.meeting import (
    Agreement,
    Bulletin,
    FigureLock,
    FollowUp,
    Meeting,
    OutcomeCard,
    PlanPin,
    PlanRun,
    Standby,
)
from matchmaker.models.merge import Distinction, Merge
from matchmaker.models.organization import Organization, Territory
from matchmaker.models.outbox import Delivery, MessagePreference, Outbox
from matchmaker.models.pending import PendingLink
from matchmaker.models.problem import Problem, ProblemBody
from matchmaker.models.secret_link import LinkMiss, SecretLink
from matchmaker.models.version import Purge, Review, Version
from matchmaker.models.watch import Watch, WatchHit
from matchmaker.models.work import Achievement, Authorship, Inventorship, Patent, Publication

__all__ = [
    "AccessLog",
    "Account",
    "Achievement",
    "AgendaItem",
    "AgendaPerson",
    "Agreement",
    "ApiToken",
    "Attachment",
    "Attendee",
    "Authorship",
    "Base",
    "BodyInvitation",
    "Bulletin",
    "CodeEntry",
    "CodeTable",
    "Counter",
    "DayCopy",
    "DayEntry",
    "Delivery",
    "Distinction",
    "Event",
    "EventPair",
    "EventProblem",
    "EventProblemPerson",
    "EventSession",
    "EventSlot",
    "EventTable",
    "Expert",
    "ExpertProject",
    "FigureLock",
    "FollowUp",
    "History",
    "ImportFault",
    "ImportRun",
    "Indicator",
    "Introduction",
    "IntroductionEvent",
    "IntroductionNote",
    "IntroductionSeen",
    "Inventorship",
    "Invitation",
    "Job",
    "Lease",
    "LinkMiss",
    "LoginSession",
    "LoginThrottle",
    "Match",
    "MatchRun",
    "Meeting",
    "Membership",
    "Merge",
    "MessagePreference",
    "Organization",
    "Outbox",
    "OutcomeCard",
    "PasswordReset",
    "Patent",
    "PendingLink",
    "PlanPin",
    "PlanRun",
    "Problem",
    "ProblemBody",
    "Publication",
    "Purge",
    "Review",
    "SecretLink",
    "Standby",
    "Territory",
    "Version",
    "Watch",
    "WatchHit",
    "now",
]  # fmt: skip
