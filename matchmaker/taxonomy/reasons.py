"""Why something was returned, declined or withdrawn: codes, so that reasons can be counted."""

from __future__ import annotations

from matchmaker.taxonomy.table import Table

#: A reviewer returns a problem, a profile or an achievement.
RETURN_REASONS = Table(
    "退回原因",
    {
        "object": ("对象不清：没有说明是什么产品、材料、设备或工序", "No product or process is named"),
        "present": ("没有说明现状", "The present state is missing"),
        "target": ("没有可衡量的目标（数值和单位）", "There is no measurable target with a unit"),
        "tried": ("没有说明已尝试的办法", "What was tried is missing"),
        "several": ("一次提交了几个难题，请分开", "Several problems in one; please divide them"),
        "purchase": ("属于采购或融资，不是技术需求", "A purchase or financing, no technical need"),
        "duplicate": ("与已有的重复", "It is here already"),
        "secret": ("可能涉及国家秘密或商业秘密，请删改", "It may hold secrets; please remove them"),
        "named": ("匿名内容里出现了单位名称、品牌或电话", "Anonymous, but names firm, brand or telephone"),
        "contact": ("联系人或电话有误", "Contact or telephone is wrong"),
        "untrue": ("内容与事实不符", "It is not true"),
        "other": ("其他（请说明）", "Other (please explain)"),
    },
)  # fmt: skip

#: One side declines an introduction, or a meeting led to nothing.
DECLINE_REASONS = Table(
    "不合适原因",
    {
        "early": ("太早期", "Too early a stage"),
        "indicators": ("指标达不到", "The targets cannot be met"),
        "cost": ("成本不合适", "The cost does not fit"),
        "direction": ("方向不符", "Another direction"),
        "solved": ("已有方案", "There is a solution already"),
        "price": ("价格谈不拢", "No agreement on the price"),
        "ip": ("知识产权归属谈不拢", "No agreement on intellectual property"),
        "time": ("时限来不及", "The deadline is too near"),
        "busy": ("目前没有时间", "No time at present"),
        "unclear": ("需求不清", "The need is unclear"),
        "conflict": ("存在利益冲突或需要回避", "A conflict of interest"),
        "other": ("其他（请说明）", "Other (please explain)"),
    },
    {
        "已有解决方案": "solved",
        "成本": "cost",
        "价格": "price",
        "知识产权": "ip",
        "时间": "time",
        "没有时间": "busy",
        "回避": "conflict",
    },
)

#: An owner withdraws what he posted.
WITHDRAW_REASONS = Table(
    "撤下原因",
    {
        "self": ("已自行解决", "Solved by ourselves"),
        "elsewhere": ("已在别处找到合作方", "A partner was found elsewhere"),
        "plan": ("计划或预算有变", "Plans or budget have changed"),
        "mistake": ("填写有误，将重新提交", "A mistake; to be posted anew"),
        "other": ("其他（请说明）", "Other (please explain)"),
    },
)
