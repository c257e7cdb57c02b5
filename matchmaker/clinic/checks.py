"""The checklist of seven points: rules over what the text tells."""

from __future__ import annotations

import re

from matchmaker.clinic import subject, terms
from matchmaker.clinic.cues import sign
from matchmaker.clinic.findings import GOOD, MISSING, WEAK, Finding
from matchmaker.clinic.indicators import CURRENT, FACT, TARGET, Reading, is_measure
from matchmaker.clinic.read import Read
from matchmaker.clinic.sections import BACKGROUND, BASIS, GOAL, PROBLEM, TRIED, UNKNOWN, Told
from matchmaker.messages import Message

#: Characters of a text that tells of nothing but its own trouble.
SHORT_TEXT = 200
_STATE_PARTS = frozenset({"main_problem", "background", "text", "tried"})


def checklist(read: Read) -> tuple[Finding, ...]:
    """The seven points in their order."""
    return (
        _object(read), _present(read), _target(read), _tried(read), _budget(read), _deadline(read),
        _cooperation(read),
    )  # fmt: skip


def _object(read: Read) -> Finding:
    in_title = subject.stripped(read.form.title)
    if in_title:
        return Finding(
            "object", GOOD, Message("说的是“%(object)s”。", {"object": in_title}), "title", quote=in_title
        )
    if read.about and read.form.title.strip():
        why = Message("名称没有点明对象；正文里说的是“%(object)s”。", {"object": read.about})
        wording = Message("%(object)s的＿＿＿＿（要解决的问题）", {"object": read.about})
        return Finding("object", WEAK, why, "title", wording, read.form.title.strip())
    level = WEAK if read.about else MISSING
    return Finding(
        "object", level, Message("没有写清是哪种材料、设备、产品或工序。"), "title",
        Message("%(object)s在＿＿＿＿（哪道工序、什么条件下）出现＿＿＿＿", {"object": read.thing}),
    )  # fmt: skip


def _present(read: Read) -> Finding:
    lines = [line for line in read.form.indicators if line.current.strip()]
    if lines:
        told_as = {"name": lines[0].name, "value": lines[0].current}
        return Finding(
            "present", GOOD, Message("指标表里有现值：%(name)s %(value)s。", told_as), "indicators"
        )
    values = [
        one for one in read.readings
        if one.part in _STATE_PARTS and _tells_state(one, read)
    ]  # fmt: skip
    if values:
        return Finding("present", GOOD, Message("写了现在的数值。"), values[0].part, quote=values[0].sentence)
    spoken = [
        one for one in read.sentences
        if len(one.text) > 5 and (one.section in {BACKGROUND, PROBLEM} or _is_trouble(one))
    ]  # fmt: skip
    wording = Message(
        "目前%(object)s的＿＿＿＿（指标）是＿＿＿＿（数值和单位），在＿＿＿＿情况下出现，造成＿＿＿＿。",
        {"object": read.thing},
    )
    if spoken:
        return Finding(
            "present", WEAK, Message("说了现状，但没有现在的数值。"), "main_problem", wording, spoken[0].text
        )
    return Finding("present", MISSING, Message("没有写现在是什么样、坏到什么程度。"), "main_problem", wording)


def _tells_state(one: Reading, read: Read) -> bool:
    """A present value of the thing itself, not of the trade or the country; a bare fact tells a trouble."""
    if sign("general").search(one.sentence) or one.quantity.sign:
        return False
    is_fact = one.role == FACT and is_measure(one.quantity)
    is_near = len(read.form.body) < SHORT_TEXT or bool(sign("trouble").search(one.sentence))
    return one.role == CURRENT or (is_fact and is_near)


def _is_trouble(one: Told) -> bool:
    return one.section in {UNKNOWN, TRIED} and bool(sign("trouble").search(one.text))


def _target(read: Read) -> Finding:
    lines = [line for line in read.form.indicators if line.target.strip()]
    if lines and any(line.unit.strip() or re.search(r"\d", line.target) for line in lines):
        return Finding(
            "target", GOOD, Message("指标表里有 %(n)s 个目标值。", {"n": len(lines)}), "indicators"
        )
    targets = [one for one in read.readings if one.role == TARGET]
    if targets:
        one = targets[0]
        told_as = Message(
            "写了目标数值，如“%(value)s%(unit)s”。", {"value": one.quantity.value, "unit": one.quantity.unit}
        )
        return Finding("target", GOOD, told_as, one.part, quote=one.sentence)
    standards = [one for one in read.sentences if one.section != BASIS and sign("standard").search(one.text)]
    if standards:
        return Finding(
            "target", GOOD, Message("以标准作为目标。"), standards[0].part, quote=standards[0].text
        )
    aims = [(one, sign("aim").search(one.text)) for one in read.sentences if one.section != BASIS]
    vague = next(((one, match.group()) for one, match in aims if match), None)
    if vague is None and (match := sign("aim").search(read.form.title)):
        vague = (Told("title", UNKNOWN, read.form.title), match.group())
    if vague:
        why = Message("“%(aim)s”没有数值和单位，专家无法判断能不能做到。", {"aim": vague[1]})
        return Finding("target", WEAK, why, "indicators", _wanted_value(read, vague[1]), vague[0].text)
    wishes = [
        one
        for one in read.sentences
        if one.section == GOAL or (one.section != BASIS and sign("wish").search(one.text))
    ]
    if wishes or read.form.goal.strip():
        quote = wishes[0].text if wishes else read.form.goal.strip()[:120]
        return Finding(
            "target",
            WEAK,
            Message("写了想做什么，没有写做到多少才算成功。"),
            "indicators",
            _wanted_value(read, ""),
            quote,
        )
    return Finding("target", MISSING, Message("没有写目标。"), "indicators", _wanted_value(read, ""))


def _wanted_value(read: Read, aim: str) -> Message:
    quality = sign("quality").search(aim)
    if quality:
        return Message(
            "%(object)s的%(quality)s由目前的＿＿＿＿（数值、单位）达到＿＿＿＿（数值、单位），按＿＿＿＿方法检测。",
            {"object": read.thing, "quality": quality.group()},
        )
    return Message(
        "%(object)s的＿＿＿＿（指标）由目前的＿＿＿＿达到＿＿＿＿（数值、单位），按＿＿＿＿方法检测。",
        {"object": read.thing},
    )


def _tried(read: Read) -> Finding:
    if len(read.form.tried.strip()) >= 8:
        return Finding("tried", GOOD, Message("写了试过的办法。"), "tried")
    wording = Message(
        "为%(object)s试过＿＿＿＿，结果＿＿＿＿，没有成功的原因可能是＿＿＿＿。", {"object": read.thing}
    )
    spoken = [
        one for one in read.sentences
        if one.section == TRIED or (sign("tried").search(one.text) and not sign("size").search(one.text))
    ]  # fmt: skip
    if spoken:
        return Finding("tried", GOOD, Message("正文里提到了已有的做法。"), "tried", quote=spoken[0].text)
    basis = read.where(BASIS)
    if basis:
        return Finding(
            "tried",
            WEAK,
            Message("写了企业的基础，没有写为这个难题试过什么。"),
            "tried",
            wording,
            basis[0].text,
        )
    return Finding(
        "tried", MISSING, Message("没有写试过什么；没有试过也请写明，免得专家重复建议。"), "tried", wording
    )


def _budget(read: Read) -> Finding:
    if read.form.budget_fen is not None or read.form.is_negotiable:
        return Finding("budget", GOOD, Message("已填拟投入资金。"), "budget")
    found = terms.budget_in(read.own)
    if found:
        return Finding("budget", GOOD, Message("正文里写了资金。"), "budget", quote=found.quote)
    return Finding(
        "budget", MISSING, Message("没有写拟投入多少资金；不便公开可选“面议”。"), "budget",
        Message("拟投入＿＿＿＿万元（其中试验＿＿＿＿万元），按阶段支付。"),
    )  # fmt: skip


def _deadline(read: Read) -> Finding:
    wording = Message("希望在＿＿＿＿年＿＿月前看到＿＿＿＿（样品、小试、中试、装到生产线上）。")
    if read.form.deadline is not None:
        if read.form.deadline < read.today:
            return Finding("deadline", WEAK, Message("截止日期已经过去。"), "deadline", wording)
        return Finding("deadline", GOOD, Message("已填截止日期。"), "deadline")
    found = terms.deadline_in(read.own, read.today)
    if found and found.day >= read.today:
        return Finding("deadline", GOOD, Message("正文里写了期限。"), "deadline", quote=found.quote)
    if found:
        return Finding("deadline", WEAK, Message("正文里的期限已经过去。"), "deadline", wording, found.quote)
    return Finding("deadline", MISSING, Message("没有写希望什么时候解决。"), "deadline", wording)


def _cooperation(read: Read) -> Finding:
    if read.form.cooperation:
        return Finding("cooperation", GOOD, Message("已选合作方式。"), "cooperation")
    found = terms.cooperation_in(read.own)
    if found:
        return Finding(
            "cooperation", GOOD, Message("正文里提到了合作方式。"), "cooperation", quote=found[0].quote
        )
    return Finding(
        "cooperation", MISSING, Message("没有写希望怎样合作。"), "cooperation",
        Message("希望由对方＿＿＿＿（委托开发、合作开发、技术转让、技术服务），我方提供＿＿＿＿（场地、样品、设备）。"),
    )  # fmt: skip
