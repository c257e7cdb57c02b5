"""What a requirement is about: the object named by its title, without the words of every title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from indexer.text import words
from matchmaker.clinic.form import Form
from matchmaker.matching.analysis import boilerplate_words
from matchmaker.matching.evidence import telling

#: Characters of an object that is filled into a proposed sentence.
LONGEST = 24

_GENERIC_WORDS = """
产品 商品 物品 东西 设备 机器 装置 装备 仪器 工艺 技术 材料 质量 品质 效率 性能 成本 产量 产能 水平 能力
问题 难题 需求 项目 课题 方案 系统 平台 企业 公司 工厂 车间 生产 加工 制造 研究 研发 开发 应用 改进 改造
升级 优化 提高 提升 降低 解决 关键 核心 新型 高效 自动化 智能化 信息化 数字化 智能 自动 产业化 综合 整体
相关 各种 有关 方面 合作 专家 帮助 支持 我们 我司 本厂 希望 需要 急需 寻求 求购 购买 采购 一种 一些 稳定
控制 管理 服务 检测 试验 测试 分析 设计 流程 环节 过程 工序 生产线 制作 使用 处理 竞争力 效益 好 高 新
更 做 搞 想 要 国内 国外 先进 领先 现有 目前 去除 消除 如何 怎样 情况 出现 存在 采用 造成 导致 影响 明显
频繁 进行 今年 明年 去年 年底 旺季 淡季 预算 经费 时间 左右 以上 以下 之间 基本 比较 主要 具有 需求量
一台 一套 一条 一次 不能 无法 不足 原因 效果 方法 办法 手段 措施 现象 方向 转型 市场 发展 人才 团队 资金
融资 贷款 机械 工业 行业 领域 运行 功能 创新 最后 首先 其次 一直 买过 换过 人工 以内 不想
"""
GENERIC = frozenset(_GENERIC_WORDS.split())
_ENDING = re.compile(
    r"(?:的|之|及其?|与|和|、|，|,|\s|（[^（）]*）?|\([^()]*\)?|关键|核心|共性|技术|工艺|研究|研发|研制|开发|应用|产业化|攻关|项目"
    r"|推广|示范|优化|改进|改造|升级|提升|提高|解决|方案|需求|难题|难点|问题点?|探索|建设|工程|技改|革新|合作|对接|征集|等|方法|一种)+$"
)
_BEGINNING = re.compile(
    r"^(?:关于|针对|面向|新型|新一代|一种|一款|一套|寻求|寻找|求购|求助?|急需|需要|需求|希望|想要?|我们|我司|本厂|公司|能否|如何"
    r"|怎样|怎么|开发|研发|研制|研究|解决|提高|提升|改善|改进|优化|降低|减少|增强|实现|购买|采购|引进|项目|课题|去除|消除|[:：，、“”\"《》]|\s)+"
)
#: “基于…的” tells of the means, not of the object.
_MEANS = re.compile(r"^基于[^的]{2,18}的(?=[^\s]{3})")
_LETTERS = re.compile("[\u4e00-\u9fff]{2}|[A-Za-z]")
#: What is left of a word that says no more than its generic part, as in “控制率”.
_PARTICLES = frozenset("率度性化点量者多一不")
#: What a firm says that it makes, and what it says that it wants.
_MADE = re.compile(
    "(?:我们|我司|我公司|我厂|本厂|本公司|公司|企业|厂里)(?:是)?(?:专业|主要|一家)?(?:从事|做|生产|加工|制造|主营|经营)"
    "(?P<what>[^，,。；;的\\s]{2,16})"
)
_WANTED = re.compile(
    r"(?:希望|需要|急需|想要?|寻求|寻找|拟|现需|解决|如何|能否)(?:能够?|可以|通过|进行|对|把|将)?(?P<what>[^，,。；;！？!?：:\n]{3,40})"
)
_TIME = re.compile(
    r"^(?:在|于)?(?:今年|明年|后年|20\d\d年)?(?:年底|年末|[\d一二三四五六七八九十]+个?月)?(?:底|份)?(?:之?前|以?内)?(?:能够?|可以)?(?:做出|拿出|有|得到)?"
    r"(?:一[台套种条个项款])?"
)
_NUMBERED = re.compile(r"[。；;\s]\d[、.．]")
_ALL_GENERIC = re.compile("(?:" + "|".join(sorted(GENERIC, key=len, reverse=True)) + ")+")


def is_telling(word: str) -> bool:
    """Whether a word tells of a subject rather than of requirements in general."""
    if not telling({word: 1.0}) or not _LETTERS.search(word):
        return False
    rest = _ALL_GENERIC.sub("", word)
    if not rest or (rest in _PARTICLES and rest != word):
        return False
    return boilerplate_words().get(word, 1.0) > 0.5


def telling_words(text: str) -> list[str]:
    """The telling words of a text in its order, with repetitions; bare numbers are none."""
    return [word for word in words(text) if is_telling(word)]


def object_of(form: Form) -> str:
    """The object as the title names it, else the first one that the text names; "" when there is none."""
    return stripped(form.title) or _in_text(form)


def stripped(title: str) -> str:
    """A title without the words of every title; "" when nothing that tells is left."""
    text = _NUMBERED.split(" ".join(title.split()).removeprefix("1、"))[0]
    text = _ENDING.sub("", _MEANS.sub("", _BEGINNING.sub("", text)))
    text = text.strip('的及与和、，,.。：: “”"')
    if not telling_words(text):
        return ""
    if len(text) > LONGEST:
        pieces = [piece for piece in re.split("[，,、；;：:\\s]|及其?|与", text) if telling_words(piece)]
        text = pieces[0] if pieces else text
        text = _ENDING.sub("", text) or text
    return text[:LONGEST]


def frequent(texts: Iterable[str], most: int = 5) -> list[str]:
    """The telling words that occur most often, parts of longer ones left out."""
    counts = Counter(word for text in texts for word in telling_words(text))
    ordered = sorted(counts, key=lambda word: (-counts[word] * min(len(word), 6), word))
    kept: list[str] = []
    for word in ordered:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
        if len(kept) == most:
            break
    return kept


def wanted(text: str) -> str:
    """What a text says that it wants, without the day by which; "" when it does not say."""
    for found in _WANTED.finditer(text):
        what = _TIME.sub("", found["what"].strip("的了，、 "))
        if telling_words(what):
            return what
    return ""


def _in_text(form: Form) -> str:
    made = _MADE.search(form.body)
    if made and (thing := stripped(made["what"])):
        return thing
    if thing := stripped(wanted(form.body)):
        return thing
    found = frequent([form.body], 1)
    return found[0] if found else ""
