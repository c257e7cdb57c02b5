"""What may be asked of lists, search and matching: the same schemas for pages and API."""

from __future__ import annotations

from typing import Any

from flask_smorest.fields import Upload

from matchmaker import taxonomy
from matchmaker.lookups import SearchRequest
from matchmaker.messages import Message
from matchmaker.services import experts, problems
from web.schemas.fields import LONG, Choice, Several, Text, WholeNumber
from web.schemas.output import described
from web.schemas.parsing import Input

#: Kinds that the search knows, in the order of its tabs.
KINDS = ("problem", "expert", "achievement", "publication", "patent", "organization", "attachment")
#: Kinds of rows that files are imported as.
IMPORTED = KINDS[:-1]
BY = ("both", "words", "meaning")


_SORT = Message("排序；前加 - 为降序。")


def _both_ways(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, *(f"-{name}" for name in names))


class Asked(Input):
    """Base of every query string: the language of the answer may always be named."""

    lang = Choice(
        ("zh", "en"), load_default="", metadata=described(Message("回答的语言；也可用 Accept-Language。"))
    )


class ListAsked(Asked):
    """Base of the query string of every list."""

    q = Text(load_default="", metadata=described(Message("只看名称或标题含有这些文字的。")))
    page = WholeNumber(low=1, high=100_000, load_default=1, metadata=described(Message("第几页，从 1 起。")))
    per_page = WholeNumber(low=1, high=100, load_default=20, metadata=described(Message("每页条数。")))


class OrganizationsAsked(ListAsked):
    """Query string of the list of organizations."""

    kind = Choice(taxonomy.ORGANIZATION_KINDS, load_default="", metadata=described(Message("单位类型。")))


class _FilteredAsked(ListAsked):
    """Query string of the lists of problems and experts."""

    field = Choice(taxonomy.FIELDS, load_default="", metadata=described(Message("技术领域代码。")))
    region = Text(
        longest=12, load_default="", metadata=described(Message("地区代码（GB/T 2260），含其下级。"))
    )
    organization_kind = Choice(
        taxonomy.ORGANIZATION_KINDS, load_default="", metadata=described(Message("所属单位的类型。"))
    )
    organization = Text(longest=40, load_default="", metadata=described(Message("所属单位的编号。")))


class ProblemsAsked(_FilteredAsked):
    """Query string of the list of problems."""

    state = Choice(tuple(problems.STATES), load_default="", metadata=described(Message("状态。")))
    sort = Choice(_both_ways(problems.SORTS), load_default="", metadata=described(_SORT))


class ExpertsAsked(_FilteredAsked):
    """Query string of the list of experts."""

    sort = Choice(_both_ways(experts.SORTS), load_default="", metadata=described(_SORT))


class SearchAsked(Asked):
    """Query string of the search."""

    q = Text(
        longest=2000,
        load_default="",
        metadata=described(Message("要找的词句；为空时须选一类，从新到旧列出。")),
    )
    kind = Choice(KINDS, load_default="", metadata=described(Message("只看一类；为空则各类都看。")))
    field = Several(
        Choice(taxonomy.FIELDS), load_default=list, metadata=described(Message("技术领域代码，可重复。"))
    )
    region = Several(
        Text(longest=12),
        load_default=list,
        metadata=described(Message("地区代码（GB/T 2260），含其下级，可重复。")),
    )
    body = Several(Text(longest=18), load_default=list, metadata=described(Message("单位编号，可重复。")))
    by = Choice(
        BY,
        load_default="both",
        metadata=described(Message("按词（words）、按意思（meaning），或两者并用（both）。")),
    )
    after = Text(longest=4000, load_default="", metadata=described(Message("上一页给出的续页标记。")))
    limit = WholeNumber(low=1, high=100, load_default=20, metadata=described(Message("条数。")))


def search_request(asked: dict[str, Any]) -> SearchRequest:
    """The question of ``SearchAsked`` as the look-up wants it."""
    return SearchRequest(
        text=asked["q"],
        kind=asked["kind"] or None,
        fields=tuple(asked["field"]),
        regions=tuple(asked["region"]),
        bodies=tuple(asked["body"]),
        by=asked["by"],
        after=asked["after"] or None,
        limit=asked["limit"],
    )


class MatchAsked(Asked):
    """Query string of the matches of a stored object."""

    limit = WholeNumber(low=1, high=50, load_default=10, metadata=described(Message("每类最多条数。")))


class PairsAsked(MatchAsked):
    """Query string of the matches of a problem or an expert, of which some may have been refused."""

    feedback = Choice(
        ("on", "off"),
        load_default="",
        metadata=described(Message("是否略去曾婉拒且原因未变的一方；为空则按设置。")),
    )


class MatchText(Input):
    """A problem that is not stored."""

    title = Text(longest=300, load_default="", metadata=described(Message("难题名称。")))
    text = Text(
        longest=LONG,
        lines=True,
        load_default="",
        metadata=described(Message("需求内容：现状、目标、已尝试的方案；越具体越好。")),
    )
    limit = WholeNumber(low=1, high=50, load_default=10, metadata=described(Message("每类最多条数。")))


class ImportAsked(Asked):
    """Query string of a new import."""

    kind = Choice(IMPORTED, load_default="", metadata=described(Message("类别；为空则由列名判断。")))


class ImportFile(Input):
    """The file of a new import, as multipart/form-data."""

    file = Upload(
        required=True,
        error_messages={"required": [Message("请附上一个文件。")]},
        metadata=described(Message("JSONL、CSV（UTF-8 或 GB18030）或 XLSX。")),
    )
