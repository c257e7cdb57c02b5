"""The table of actions: what may be done, by whom, in which state. The docs and a page are made from it."""

from __future__ import annotations

from matchmaker.lifecycle import EDITABLE, FROM
from matchmaker.messages import Message
from matchmaker.permissions.rules import Action, by

_OFFICE = "organizer administrator system"

#: Search, matching, import, index.
_TOOLS: dict[str, Action] = {
    "search:all": Action(Message("检索自己可见的内容"), (by(f"visitor members {_OFFICE}"),), "read"),
    "match:read": Action(Message("查看推荐及其理由"), (by(f"visitor members {_OFFICE}"),), "read"),
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
    "problem:edit": Action(Message("修改难题"), (by("owner territory", EDITABLE), by(_OFFICE))),
    "problem:attach": Action(
        Message("添加、移除附件"), (by("owner territory", EDITABLE | {"submitted"}), by(_OFFICE))
    ),
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

ACTIONS: dict[str, Action] = {**_TOOLS, **_PROBLEMS, **_PEOPLE}
