"""The table of actions: what may be done, by whom, in which state. The docs and a page are made from it."""

from __future__ import annotations

from matchmaker.lifecycle import (
    EDITABLE,
    EVENT_FROM,
    EVENT_GATHERING,
    EVENT_STATES,
    FROM,
    INTRODUCTION_FROM,
    INTRODUCTION_OPEN,
)
from matchmaker.messages import Message
from matchmaker.permissions.rules import Action, by

_OFFICE = "organizer administrator system"

#: Search, matching, import, index.
_TOOLS: dict[str, Action] = {
    "search:all": Action(Message("检索自己可见的内容"), (by(f"visitor members {_OFFICE}"),), "read"),
    "match:read": Action(Message("查看推荐及其理由"), (by(f"visitor members {_OFFICE}"),), "read"),
    "clinic:use": Action(Message("检查需求写得是否完整"), (by(f"visitor members {_OFFICE}"),), "read"),
    "match:store": Action(Message("保存一次推荐结果"), (by(_OFFICE),)),
    "import:run": Action(Message("导入文件，取消导入"), (by(_OFFICE),)),
    "import:read": Action(Message("查看导入及其报告"), (by(_OFFICE),), "read"),
    "index:read": Action(Message("查看索引和任务的状态"), (by(_OFFICE),), "read"),
    "index:rebuild": Action(Message("检查或重建索引，重试任务"), (by(_OFFICE),)),
    "styleguide:read": Action(Message("查看界面组件"), (by(_OFFICE),), "read"),
    "permission:read": Action(Message("查看权限表"), (by(f"visitor members {_OFFICE}"),), "read"),
}

#: Problems: from a draft to what became of it.
_PROBLEMS: dict[str, Action] = {
    "problem:create": Action(
        Message("新建难题"),
        (by(f"enterprise body_liaison territory_liaison expert broker {_OFFICE}"),),
    ),
    "problem:post": Action(
        Message("用简短表格提交难题（是否向访客开放由设置决定）"), (by(f"visitor members {_OFFICE}"),)
    ),
    "problem:edit": Action(Message("修改难题"), (by("owner territory", EDITABLE), by(_OFFICE))),
    "problem:attach": Action(
        Message("添加、移除附件"), (by("owner territory", EDITABLE | {"submitted"}), by(_OFFICE))
    ),
    "achievement:attach": Action(Message("添加、移除成果的附件"), (by(f"owner {_OFFICE}"),)),
    "problem:form": Action(Message("导出官方征集表"), (by(f"owner territory {_OFFICE}"),), "read"),
    "form:import": Action(Message("导入官方征集表"), (by(f"territory_liaison {_OFFICE}"),)),
    "problem:submit": Action(Message("提交审核"), (by(f"owner territory {_OFFICE}", FROM["submit"]),)),
    "problem:recall": Action(
        Message("撤回提交，继续修改"), (by(f"owner territory {_OFFICE}", FROM["recall"]),)
    ),
    "problem:publish": Action(Message("审核通过并发布"), (by(_OFFICE, FROM["publish"]),)),
    "problem:return": Action(Message("退回并说明原因"), (by(_OFFICE, FROM["return"]),)),
    "problem:dock": Action(Message("标为对接中"), (by(f"owner territory {_OFFICE}", FROM["dock"]),)),
    "problem:solve": Action(Message("标为已解决"), (by(f"owner territory {_OFFICE}", FROM["solve"]),)),
    "problem:withdraw": Action(Message("撤下难题"), (by(f"owner territory {_OFFICE}", FROM["withdraw"]),)),
    "problem:expire": Action(Message("标为过期"), (by(_OFFICE, FROM["expire"]),)),
    "problem:renew": Action(Message("续期"), (by(f"owner territory {_OFFICE}", FROM["renew"]),)),
    "problem:reopen": Action(Message("重新打开为草稿"), (by(f"owner territory {_OFFICE}", FROM["reopen"]),)),
    "problem:review": Action(Message("查看审核队列"), (by(_OFFICE),), "read"),
    "problem:visibility": Action(Message("设定公开范围和回避单位"), (by(f"owner territory {_OFFICE}"),)),
    "problem:versions": Action(Message("查看历次版本及其差异"), (by(f"owner territory {_OFFICE}"),), "read"),
    "object:purge": Action(Message("彻底清除一项内容"), (by("administrator system"),), "admin"),
}

#: Contacts, and looks at them.
_PEOPLE: dict[str, Action] = {
    "contact:read": Action(
        Message("查看联系方式（双方接受引荐后）"),
        (by("owner self liaison system"), by("demand supply follower", "accepted meeting intention closed")),
    ),
}

_SIDES = f"demand supply follower {_OFFICE}"

#: Introductions: what a side may do only for itself is asked of ``Introduction.as_side``.
_INTRODUCTIONS: dict[str, Action] = {
    "introduction:ask": Action(
        Message("以需求方名义邀约专家"), (by(f"owner territory broker {_OFFICE}", "published docking"),)
    ),
    "introduction:offer": Action(
        Message("以专家名义对难题表示兴趣"), (by(f"self liaison broker {_OFFICE}"),)
    ),
    "introduction:read": Action(Message("查看与自己有关的引荐"), (by(f"members {_OFFICE}"),), "read"),
    "introduction:answer": Action(Message("接受或婉拒引荐"), (by(_SIDES, INTRODUCTION_FROM["accept"]),)),
    "introduction:recall": Action(Message("收回尚未答复的引荐"), (by(_SIDES, INTRODUCTION_FROM["recall"]),)),
    "introduction:write": Action(Message("在引荐中留言"), (by(_SIDES, INTRODUCTION_FROM["write"]),)),
    "introduction:meet": Action(Message("记录见面"), (by(_SIDES, INTRODUCTION_FROM["meet"]),)),
    "introduction:intend": Action(Message("记录达成意向"), (by(_SIDES, INTRODUCTION_FROM["intend"]),)),
    "introduction:close": Action(Message("结束引荐并说明原因"), (by(_SIDES, INTRODUCTION_FROM["close"]),)),
    "introduction:back": Action(
        Message("把引荐退回上一状态并说明原因"), (by(f"follower {_OFFICE}", INTRODUCTION_FROM["back"]),)
    ),
    "introduction:assign": Action(Message("指定跟进的经理人"), (by(_OFFICE, INTRODUCTION_OPEN),)),
    "introduction:take": Action(Message("跟进一项引荐"), (by(f"broker {_OFFICE}", INTRODUCTION_OPEN),)),
    "introduction:soften": Action(Message("改写并转达婉拒的理由"), (by(_OFFICE, "declined closed lapsed"),)),
    "introduction:figures": Action(Message("查看引荐的统计"), (by(_OFFICE),), "read"),
}

_LIAISONS = f"body_liaison territory_liaison {_OFFICE}"

#: Accounts: a liaison only those of his own bodies, nobody those of more trusted roles (services.accounts).
_ACCOUNTS: dict[str, Action] = {
    "account:own": Action(
        Message("查看和修改自己的账号、密码、登录设备、两步验证"), (by("self system"),), "admin"
    ),
    "account:read": Action(Message("查看账号（联络人：本单位、本辖区的）"), (by(_LIAISONS),), "read"),
    "account:invite": Action(Message("发出和撤回邀请"), (by(_LIAISONS),), "admin"),
    "account:approve": Action(Message("审批自行注册的账号"), (by(_LIAISONS, "waiting"),), "admin"),
    "account:change": Action(Message("修改账号的角色、单位和专家档案"), (by(_OFFICE),), "admin"),
    "account:close": Action(Message("停用账号"), (by(_LIAISONS, "waiting active"),), "admin"),
    "account:reopen": Action(Message("恢复停用的账号"), (by(_OFFICE, "closed"),), "admin"),
    "account:reset": Action(Message("为他人重设密码"), (by(_LIAISONS, "active"),), "admin"),
    "account:act": Action(Message("代单位或个人操作"), (by(_LIAISONS),), "admin"),
    "account:export": Action(
        Message("导出一个账号的全部个人数据"), (by("self administrator system"),), "admin"
    ),
    "account:erase": Action(
        Message("抹去一个账号的个人数据"), (by("administrator system", "closed"),), "admin"
    ),
    "token:create": Action(Message("为自己新建 API 令牌"), (by("self"),), "admin"),
    "token:end": Action(Message("作废 API 令牌"), (by("self administrator system"),), "admin"),
}

#: Profiles of people, bodies and achievements, and duplicates among them.
_PROFILES: dict[str, Action] = {
    "profile:mine": Action(Message("进入自己的资料或本单位的专家名单"), (by("expert body_liaison"),), "read"),
    "expert:create": Action(
        Message("新建专家（本人、所在单位或组织者）"), (by(f"expert liaison {_OFFICE}"),)
    ),
    "expert:edit": Action(Message("修改专家资料"), (by(f"self liaison owner {_OFFICE}"),)),
    "expert:publish": Action(Message("公开或收起专家资料"), (by(f"self liaison owner {_OFFICE}"),)),
    "expert:confirm": Action(Message("本人确认资料"), (by("self"),)),
    "expert:verify": Action(Message("电话或走访核实后更新核实日期"), (by(f"liaison {_OFFICE}"),)),
    "expert:leave": Action(Message("标为已离开单位"), (by(f"self liaison {_OFFICE}"),)),
    "expert:remind": Action(Message("提醒核实资料"), (by(f"body_liaison {_OFFICE}"),)),
    "expert:merge": Action(Message("合并重复的专家，撤销合并"), (by(f"liaison {_OFFICE}"),)),
    "achievement:create": Action(
        Message("新建成果"), (by(f"expert enterprise body_liaison broker {_OFFICE}"),)
    ),
    "achievement:edit": Action(Message("修改成果"), (by(f"owner {_OFFICE}"),)),
    "achievement:submit": Action(Message("提交成果审核"), (by("owner", "draft returned"),)),
    "achievement:publish": Action(
        Message("审核通过并公开成果"), (by(f"liaison {_OFFICE}", "draft returned submitted"),)
    ),
    "achievement:return": Action(Message("退回成果并说明原因"), (by(f"liaison {_OFFICE}", "submitted"),)),
    "achievement:withdraw": Action(
        Message("收起已公开的成果"), (by(f"owner {_OFFICE}", "submitted published"),)
    ),
    "achievement:review": Action(Message("查看待审核的成果"), (by(f"body_liaison {_OFFICE}"),), "read"),
    "achievement:confirm": Action(Message("确认成果资料仍然有效"), (by(f"owner {_OFFICE}"),)),
    "organization:create": Action(Message("新建单位"), (by(f"territory_liaison broker {_OFFICE}"),)),
    "organization:edit": Action(Message("修改单位资料"), (by(f"owner territory {_OFFICE}"),)),
    "organization:confirm": Action(Message("确认单位资料仍然有效"), (by(f"owner territory {_OFFICE}"),)),
    "organization:experts": Action(Message("管理本单位的专家名单"), (by(f"owner {_OFFICE}"),), "read"),
    "organization:merge": Action(Message("合并重复的单位，撤销合并"), (by(f"owner {_OFFICE}"),)),
}

#: What goes out to people, and what they answer.
_MESSAGES: dict[str, Action] = {
    "message:own": Action(
        Message("查看自己的消息，选择接收哪些、何时接收"), (by(f"members {_OFFICE}"),), "read"
    ),
    "message:outbox": Action(Message("查看全部发出的消息及其状态"), (by(_OFFICE),), "read"),
    "message:retry": Action(Message("重新发送失败的邮件"), (by(_OFFICE),)),
    "call:read": Action(Message("查看电话清单（联络人：本单位、本辖区的）"), (by(_LIAISONS),), "read"),
    "call:handle": Action(Message("登记电话结果"), (by(_LIAISONS),)),
    "answer:read": Action(Message("查看请人填写的表及其答复"), (by(_LIAISONS),), "read"),
    "answer:ask": Action(Message("请人填写：发出和作废专属链接"), (by(_LIAISONS),)),
    "answer:enter": Action(Message("代人填写答复（电话或文件）"), (by(f"self liaison {_OFFICE}"),)),
    "watch:keep": Action(Message("保存搜索，订阅适合的内容"), (by("members"),)),
    "calendar:read": Action(Message("查看日程"), (by(f"members {_OFFICE}"),), "read"),
}

#: Code tables, the record of what was done, and what is held of a person.
_RECORDS: dict[str, Action] = {
    "codes:import": Action(Message("导入、删除本单位的代码"), (by(_OFFICE),)),
    "history:read": Action(Message("查看操作记录和个人数据的查看记录"), (by(_OFFICE),), "read"),
    "person:export": Action(
        Message("导出一位专家的全部个人数据"), (by("self administrator system"),), "admin"
    ),
    "person:erase": Action(Message("抹去一位专家的个人数据"), (by("administrator system"),), "admin"),
}

#: Events: from a theme to what came of it.
_EVENTS: dict[str, Action] = {
    "event:read": Action(Message("查看活动"), (by(f"visitor members {_OFFICE}"),), "read"),
    "event:create": Action(Message("新建活动，复制活动"), (by(_OFFICE),)),
    "event:edit": Action(
        Message("修改活动的时间、场地、议程和名额"), (by(_OFFICE, frozenset(EVENT_STATES) - {"locked"}),)
    ),
    "event:step": Action(Message("推进、退回、取消活动"), (by(_OFFICE),)),
    "event:invite": Action(Message("选择和邀请专家、单位"), (by(_OFFICE, EVENT_GATHERING),)),
    "event:nominate": Action(Message("推荐本单位的专家参加活动"), (by(f"liaison {_OFFICE}"),)),
    "event:register": Action(Message("报名参加活动，携带难题"), (by(f"members {_OFFICE}", EVENT_GATHERING),)),
    "event:validate": Action(Message("审核报名"), (by(_OFFICE),)),
    "attendee:read": Action(Message("查看参会名单"), (by(_OFFICE),), "read"),
    "attendee:answer": Action(Message("答复邀请，更换人选"), (by(f"self liaison {_OFFICE}"),)),
    "attendee:prefer": Action(
        Message("填写时间、场次上限和意愿"), (by(f"self liaison owner territory {_OFFICE}"),)
    ),
    "plan:read": Action(Message("查看排程及其历史"), (by(_OFFICE),), "read"),
    "plan:run": Action(Message("运行排程，锁定场次"), (by(_OFFICE),)),
    "plan:publish": Action(Message("公布排程，回到以前的排程"), (by(_OFFICE),)),
    "plan:repair": Action(Message("临时调整排程"), (by(_OFFICE),)),
    "meeting:confirm": Action(Message("确认或对初排提出意见"), (by(f"demand supply {_OFFICE}"),)),
    "event:print": Action(Message("打印对接会的各种单据"), (by(_OFFICE),), "read"),
    "event:checkin": Action(Message("签到、叫号、现场替补"), (by(_OFFICE),)),
    "meeting:tell": Action(Message("填写洽谈结果"), (by(f"demand supply {_OFFICE}"),)),
    "meeting:settle": Action(Message("裁定双方不一致的结果"), (by(_OFFICE),)),
    "event:lock": Action(Message("锁定活动的统计数据"), (by(_OFFICE, EVENT_FROM["lock"]),)),
    "event:figures": Action(Message("查看活动的统计和简报"), (by(_OFFICE),), "read"),
    "agreement:read": Action(Message("查看与自己有关的意向"), (by(f"members {_OFFICE}"),), "read"),
    "agreement:assign": Action(Message("指定意向的跟进人"), (by(f"follower {_OFFICE}"),)),
    "followup:read": Action(Message("查看跟进清单"), (by(f"broker {_OFFICE}"),), "read"),
    "followup:note": Action(Message("登记跟进情况"), (by(f"follower broker {_OFFICE}"),)),
}

ACTIONS: dict[str, Action] = {
    **_TOOLS,
    **_PROBLEMS,
    **_PEOPLE,
    **_INTRODUCTIONS,
    **_ACCOUNTS,
    **_PROFILES,
    **_MESSAGES,
    **_RECORDS,
    **_EVENTS,
}
