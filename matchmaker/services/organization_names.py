"""Organizations that imported rows name: found by their name, made when there is none yet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.importing.checking import match_key
from matchmaker.models import Organization
from matchmaker.permissions import readers_by
from matchmaker.services.linking import parts

#: What a name says of its kind, the first that fits.
KINDS_BY_NAME = (
    (re.compile("公司|集团|厂$"), "enterprise"),
    (re.compile("医院"), "hospital"),
    (re.compile("检测|检验|计量|测试"), "testing"),
    (re.compile("研究院|研究所|科学院|研究中心|实验室|设计院"), "institute"),
    (re.compile("大学|学院|学校"), "university"),
    (re.compile("孵化器|众创"), "incubator"),
    (re.compile("园区|产业园|科技园|开发区"), "park"),
    (re.compile("协会|学会|商会|联盟"), "association"),
    (re.compile("合作社|农场"), "farm"),
    (re.compile("(局|委员会|政府|街道|镇|办公室)$"), "government"),
)


def organizations_by_name(
    session: Session, kind: str, names: Iterable[str]
) -> tuple[dict[str, Organization], list[Organization]]:
    """Name as written → organization, and those that were made; a problem's is an enterprise."""
    keys = {name: match_key("organization", {"name": name}) for name in names}
    found: dict[str, Organization] = {}
    for part in parts(sorted(set(keys.values()))):
        statement = (
            select(Organization).where(Organization.match_key.in_(part)).order_by(Organization.id.desc())
        )
        found.update((row.match_key, row) for row in session.scalars(statement))
    created = []
    for name, key in keys.items():
        if key not in found:
            found[key] = Organization(
                name=name, match_key=key, kind="enterprise" if kind == "problem" else kind_by_name(name),
                confirmed=[], readers=f" {' '.join(sorted(readers_by('public')))} ",
            )  # fmt: skip
            created.append(found[key])
    session.add_all(created)
    session.flush()
    return {name: found[key] for name, key in keys.items()}, created


def kind_by_name(name: str) -> str:
    """The kind that a name suggests, else other."""
    return next((kind for pattern, kind in KINDS_BY_NAME if pattern.search(name)), "other")
