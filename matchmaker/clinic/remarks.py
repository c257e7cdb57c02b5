"""Remarks on a requirement as a whole: too short, vague, several in one, a purchase, financing."""

from __future__ import annotations

import re

from matchmaker.clinic import subject
from matchmaker.clinic.cues import sign
from matchmaker.clinic.findings import MISSING, WEAK, Finding
from matchmaker.clinic.indicators import TARGET
from matchmaker.clinic.read import Read
from matchmaker.messages import Message

#: Characters (title and text) below which a requirement says too little.
SHORT, VERY_SHORT = 80, 30
#: Different telling words below which it is vague.
FEW_WORDS = 4
#: A longer text that mentions buying is about more than buying.
LONG_TEXT = 240

_PARTED = re.compile("(?:课题|难题|需求|项目)(?P<n>[一二三四五])(?![是般])")
_ITEMS = re.compile(r"(?:^|[。；;，,\s])(\d)[、.．]\s*[\u4e00-\u9fff]")


def remarks(read: Read) -> tuple[Finding, ...]:
    """Remarks on the whole, those that apply."""
    found = (_short(read), _vague(read), _several(read), _purchase(read), _financing(read))
    return tuple(one for one in found if one is not None)


def _short(read: Read) -> Finding | None:
    length = len("".join(f"{read.form.title}{read.form.body}".split()))
    if length >= SHORT:
        return None
    return Finding(
        "short", MISSING if length < VERY_SHORT else WEAK,
        Message("一共只有 %(n)s 个字，专家看不出问题在哪里；一般要 150 字以上。", {"n": length}), "text",
        Message(
            "我们生产%(object)s，目前＿＿＿＿（现状和数值）；试过＿＿＿＿，结果＿＿＿＿；希望达到＿＿＿＿（数值和单位）。",
            {"object": read.thing},
        ),
    )  # fmt: skip


def _vague(read: Read) -> Finding | None:
    whole = f"{read.form.title}\n{read.form.body}"
    if len(set(subject.telling_words(whole))) >= FEW_WORDS or any(
        one.role == TARGET for one in read.readings
    ):
        return None
    return Finding(
        "vague", WEAK, Message("用的都是通用的词，没有说到具体的材料、部件、工序或缺陷。"), "text",
        Message(
            "在%(object)s的＿＿＿＿工序，＿＿＿＿（部位）出现＿＿＿＿（什么缺陷），比例约＿＿＿＿。",
            {"object": read.thing},
        ),
        read.form.body[:60] or read.form.title,
    )  # fmt: skip


def _several(read: Read) -> Finding | None:
    body = read.form.body
    quote = ""
    if len(set(_ITEMS.findall(read.form.title))) > 1:
        quote = read.form.title
    elif {"一", "二"} <= set(_PARTED.findall(body)):
        quote = "、".join(f"{match.group()}" for match in _PARTED.finditer(body))[:60]
    elif another := sign("another").search(body):
        quote = another.group()
    if not quote:
        return None
    return Finding(
        "several", WEAK, Message("看起来写了不止一个难题；一条只写一个，才能找准专家。"), "text",
        Message("把每个难题单独填一条，各写自己的现状和目标。"), quote,
    )  # fmt: skip


def _purchase(read: Read) -> Finding | None:
    whole = f"{read.form.title}。{read.form.body}"
    found = sign("purchase").search(whole)
    if not found or (len(whole) > LONG_TEXT and not sign("purchase").search(read.form.title)):
        return None
    clause = (
        re.split("[，。；;\n]", whole[: found.start()])[-1]
        + re.split("[，。；;\n]", whole[found.start() :])[0]
    )
    if sign("develop").search(whole.replace("技术参数", "")) and not re.search("求购|采购", clause):
        return None
    return Finding(
        "purchase", WEAK, Message("像是购买现成的设备或材料；平台对接的是需要研发才能解决的难题。"), "kind",
        Message(
            "市场上的%(object)s做不到＿＿＿＿（数值），需要改进或重新研制，使其达到＿＿＿＿。",
            {"object": read.thing},
        ),
        clause,
    )  # fmt: skip


def _financing(read: Read) -> Finding | None:
    whole = f"{read.form.title}。{read.form.body}"
    found = sign("financing").search(whole)
    if not found:
        return None
    return Finding(
        "financing", WEAK, Message("提到了融资；资金需求请走科技金融，这里只写技术难题。"), "text",
        Message("去掉融资的内容，只写要解决的技术问题。"), found.group(),
    )  # fmt: skip
