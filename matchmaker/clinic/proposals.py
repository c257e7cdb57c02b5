"""Values for open fields, read out of the text: each names the words that it was taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from matchmaker.clinic import subject, terms
from matchmaker.clinic.cues import Heard, heard, sign
from matchmaker.clinic.findings import Proposal
from matchmaker.clinic.form import Form
from matchmaker.clinic.indicators import TARGET, lines
from matchmaker.clinic.read import Read
from matchmaker.clinic.sections import (
    BACKGROUND,
    BASIS,
    DELIVERABLES,
    GOAL,
    PROBLEM,
    SCENE,
    TECHNOLOGY,
    TERMS,
    TRIED,
    UNKNOWN,
    Told,
)  # fmt: skip
from matchmaker.messages import Message

#: What speaks for a code less than this share of all that was heard is not proposed.
LEAST_FIELD, LEAST_SECOND = 0.3, 0.28
COMMONEST_KIND = "tackle"
MOST_KEYWORDS = 5
LONGEST_TITLE = 40
_PARTS = (BACKGROUND, PROBLEM, TECHNOLOGY, GOAL, SCENE, TRIED, DELIVERABLES)
_KIND_QUOTE = 12


def from_text(read: Read) -> tuple[Proposal, ...]:
    """Everything that the text tells of fields that the form leaves open."""
    return tuple(
        proposal
        for part in (_title, _split, _indicators, _codes, _keywords, _budget, _deadline)
        for proposal in part(read)
    )


def told_codes(table: str, form: Form) -> list[Heard]:
    """Codes of a table that a form speaks for, the best first.

    A kind is told by the need alone: what was tried, and what is to be handed over, speak of other kinds.
    Where nothing tells it, it is the commonest, without a quote.
    """
    if table != "kinds":
        return heard(table, form.title, form.body)
    need = (form.part("text"), form.part("main_problem"), form.part("goal"))
    return heard(table, form.title, "\n".join(need)) or [Heard(COMMONEST_KIND, "", 0.0)]


def _title(read: Read) -> Iterator[Proposal]:
    if subject.stripped(read.form.title) or not read.form.body.strip():
        return
    for one in read.sentences:
        what = subject.wanted(one.text)
        if what:
            title = f"{read.about}：{what}" if read.about and read.about not in what else what
            yield Proposal("title", "title", title[:LONGEST_TITLE], quote=one.text)
            return
    first = next((one.text for one in read.sentences if subject.telling_words(one.text)), "")
    if first:
        yield Proposal("title", "title", re.split("[，,。；;]", first)[0][:LONGEST_TITLE], quote=first)


def _split(read: Read) -> Iterator[Proposal]:
    """The parts of an undivided text; those that the form has already stay as they are."""
    if not read.form.text.strip():
        return
    held: dict[str, list[str]] = {}
    for one, part in _placed([one for one in read.sentences if one.part == "text"], read):
        held.setdefault(part, []).append(one.text)
    if len(held) < 2:
        return
    for part in _PARTS:
        if part in held and not read.form.part(part).strip():
            yield Proposal(part, part, "".join(held[part]))


def _placed(sentences: Iterable[Told], read: Read) -> Iterator[tuple[Told, str]]:
    wanted = {one.sentence for one in read.readings if one.role == TARGET}
    for one in sentences:
        part = _part_of(one, is_target=one.text in wanted)
        if part:
            yield one, part


def _part_of(one: Told, *, is_target: bool) -> str:
    """The field that a sentence belongs to, "" where it belongs to none."""
    if one.section in {BASIS, TERMS}:
        return ""
    if one.section not in {UNKNOWN, PROBLEM}:
        return one.section
    text = one.text
    if not is_target and terms.budget_in(text):
        return ""
    is_wish = bool(re.search("希望|想|要求|目标|预期|力争|争取|达到|需要达", text))
    if sign("tried").search(text) and not is_wish:
        return TRIED
    if is_target or (is_wish and not re.search("无法|不能|难以", text)):
        return GOAL
    if re.search("不|无法|难|缺|问题|差|低|高|严重|浪费|堵|裂|退货|返工|变色|误|漏", text):
        return PROBLEM
    if re.search("^(?:我们|我司|我公司|本公司|本厂|公司|企业|目前|现在|随着|近年)|年产|生产|主要", text):
        return BACKGROUND
    return one.section if one.section != UNKNOWN else ""


def _indicators(read: Read) -> Iterator[Proposal]:
    known = {line.name for line in read.form.indicators if line.name.strip()}
    values = {(line.target, line.unit) for line in read.form.indicators if line.target.strip()}
    quotes = {one.name: one.sentence for one in reversed(read.readings)}
    place = 0
    for line in lines(read.readings):
        if line.name in known or (line.target, line.unit) in values:
            continue
        yield Proposal(f"indicator-{place}", "indicators", line=line, quote=quotes.get(line.name, ""))
        place += 1


def _codes(read: Read) -> Iterator[Proposal]:
    form = read.form
    title = form.title
    if not form.fields:
        told = [one for one in told_codes("fields", form)[:2] if one.share >= LEAST_FIELD]
        chosen = told[:1] + [one for one in told[1:] if one.share >= LEAST_SECOND]
        if chosen:
            quote = "、".join(one.quote for one in chosen)
            yield Proposal("fields", "fields", codes=tuple(one.code for one in chosen), quote=quote)
    if not form.industry:
        industries = told_codes("industries", form)
        if industries and industries[0].share >= LEAST_FIELD:
            yield Proposal("industry", "industry", industries[0].code, quote=industries[0].quote)
    if not form.kind and not form.is_empty:
        kind = told_codes("kinds", form)[0]
        why = None if kind.quote else Message("正文没有说明；多数难题属于这一类")
        yield Proposal("kind", "kind", kind.code, quote=kind.quote[:_KIND_QUOTE], why=why)
    if not form.cooperation:
        modes = terms.cooperation_in(f"{title}\n{read.own}")
        if modes:
            codes = tuple(dict.fromkeys(one.code for one in modes))[:3]
            yield Proposal("cooperation", "cooperation", codes=codes, quote=modes[0].quote)


def _keywords(read: Read) -> Iterator[Proposal]:
    if read.form.keywords or read.form.is_empty:
        return
    found = subject.frequent([read.form.title, read.form.title, read.form.body], MOST_KEYWORDS)
    if len(found) > 1:
        yield Proposal("keywords", "keywords", codes=tuple(found), why=Message("正文中最能说明问题的词"))


def _budget(read: Read) -> Iterator[Proposal]:
    if read.form.budget_fen is not None or read.form.is_negotiable:
        return
    found = terms.budget_in(read.own)
    if found:
        why = Message("正文写的是范围，取上限") if found.is_range else None
        yield Proposal("budget", "budget_fen", str(found.fen), quote=found.quote, why=why)


def _deadline(read: Read) -> Iterator[Proposal]:
    if read.form.deadline is not None:
        return
    found = terms.deadline_in(read.own, read.today)
    if found and found.day >= read.today:
        yield Proposal("deadline", "deadline", found.day.isoformat(), quote=found.quote)
