"""Kinds of messages: their words, where they lead, whether somebody is called who does not react."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.messages import Message

#: Sections of the page on which an account chooses what it wants to be told.
GROUPS: dict[str, Message] = {
    "problem": Message("我的难题"),
    "expert": Message("专家资料"),
    "introduction": Message("引荐"),
    "event": Message("活动和对接会"),
    "followup": Message("跟进"),
    "watch": Message("订阅"),
    "account": Message("账号"),
    "office": Message("办公室"),
}

#: First part of a kind → section, where it has none of its own.
_ALIKE = {"meeting": "event", "followup": "event"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. Its templates may use every value given to ``tell``, besides these.

    ``name`` (of the recipient), ``object`` (title of the subject as far as the recipient may read it, else
    its number), ``number`` (of the subject) and ``site``.

    Attributes:
        about: what it is, for whoever chooses.
        title: one line.
        text: two or three sentences, without contacts.
        short: for WeChat or SMS, without the link; None takes the title.
        link: path of the page it leads to, with the same values; "" leads to the message itself.
        asks: it wants an answer: whoever does not answer in time is called.
        calls: a recipient without account, or one who does not react, stands on the call list.
        must: it cannot be switched off (somebody's own account).
    """

    about: Message
    title: Message
    text: Message
    short: Message | None = None
    link: str = ""
    asks: bool = False
    calls: bool = True
    must: bool = False


_PROBLEM = "/problems/%(number)s"
_INTRODUCTION = "/introductions/%(number)s"

KINDS: dict[str, Kind] = {
    "account:applied": Kind(
        about=Message("有人申请账号"),
        title=Message("待审批：%(person)s的账号申请"),
        text=Message("%(person)s（%(body)s）申请以%(role)s的身份使用本站，请批准或拒绝。"),
        link="/accounts/%(number)s",
        asks=True,
        calls=False,
    ),
    "account:approved": Kind(
        about=Message("自己的账号申请已批准"),
        title=Message("账号已可使用"),
        text=Message("%(name)s，您好！您的账号申请已经批准，现在可以用注册时的手机号或用户名登录。"),
        link="/login",
        must=True,
    ),
    "event:wishes": Kind(
        about=Message("请填写对接会的时间和意愿"),
        title=Message("请填写时间和意愿：%(event)s"),
        text=Message(
            "%(name)s，您好！“%(event)s”即将排场次。请告诉我们您哪些时段方便、最多安排几场、最想见谁、不想见谁，"
            "一两分钟即可，不用登录。请在 %(day)s 前填写。"
        ),
        asks=True,
    ),
    "meeting:planned": Kind(
        about=Message("对接会排好了您的洽谈"),
        title=Message("洽谈安排：%(event)s（%(count)s 场）"),
        text=Message(
            "%(name)s，您好！您在“%(event)s”有 %(count)s 场洽谈：%(list)s。"
            "请打开链接确认，或告诉我们哪里不合适。"
        ),
        short=Message("%(name)s您好，您在“%(event)s”有 %(count)s 场洽谈，请确认"),
        link="/events/%(at)s/mine",
        asks=True,
    ),
    "meeting:moved": Kind(
        about=Message("洽谈的时间或桌位有变动"),
        title=Message("洽谈有变动：%(event)s"),
        text=Message(
            "%(name)s，您好！“%(event)s”的洽谈安排有变动。%(cancelled)s%(moved)s%(added)s请以新的安排为准。"
        ),
        short=Message("%(name)s您好，“%(event)s”的洽谈有变动：%(list)s"),
        link="/events/%(at)s/mine",
        asks=True,
    ),
    "meeting:cancelled": Kind(
        about=Message("洽谈被取消"),
        title=Message("洽谈取消：%(event)s"),
        text=Message("%(name)s，您好！“%(event)s”的洽谈已取消：%(list)s。有疑问请联系组织者。"),
        short=Message("%(name)s您好，“%(event)s”的洽谈已取消：%(list)s"),
        link="/events/%(at)s/mine",
    ),
    "event:page": Kind(
        about=Message("自己在活动中的手机日程"),
        title=Message("您的手机日程：%(event)s"),
        text=Message(
            "%(name)s，您好！“%(event)s”的个人日程在这里：时间、桌号、对方和变动，不用登录；请勿转发给别人。"
        ),
        short=Message("%(name)s您好，这是您在“%(event)s”的个人日程，请勿转发"),
        link="/events/%(at)s",
    ),
    "event:outcome": Kind(
        about=Message("请填写洽谈的结果卡"),
        title=Message("请填写结果卡：%(event)s"),
        text=Message(
            "%(name)s，您好！您在“%(event)s”有 %(count)s 场洽谈，请各花半分钟填写结果，不用登录；"
            "双方都填写“达成意向”才会计入。"
        ),
        asks=True,
    ),
    "followup:due": Kind(
        about=Message("有意向或洽谈该跟进了"),
        title=Message("该跟进了：%(what)s"),
        text=Message("“%(what)s”的跟进 %(day)s 到期，请联系双方后登记情况。跟进人：%(owner)s"),
        link="/follow-ups",
        calls=False,
    ),
    "followup:overdue": Kind(
        about=Message("跟进长期逾期"),
        title=Message("跟进逾期：%(what)s"),
        text=Message("“%(what)s”的跟进 %(day)s 已到期，至今没有登记。跟进人：%(owner)s"),
        link="/follow-ups?tab=overdue",
        calls=False,
    ),
    "event:invited": Kind(
        about=Message("对接会的邀请函"),
        title=Message("邀请函：%(event)s"),
        text=Message(
            "%(name)s，您好！诚邀 %(person)s 参加“%(event)s”：%(when)s，%(place)s。有关的难题：%(problems)s。"
            "请在 %(day)s 前回复能否参加，一分钟即可，不用登录。"
        ),
        short=Message("%(name)s您好，诚邀 %(person)s 参加“%(event)s”（%(when)s），请在 %(day)s 前回复"),
        asks=True,
    ),
    "event:invited_again": Kind(
        about=Message("提醒回复对接会的邀请"),
        title=Message("请回复邀请：%(event)s"),
        text=Message(
            "%(name)s，您好！还没有收到 %(person)s 对“%(event)s”（%(when)s，%(place)s）的回复，"
            "请在 %(day)s 前告诉我们能否参加。有关的难题：%(problems)s。"
        ),
        short=Message("%(name)s您好，请在 %(day)s 前回复 %(person)s 能否参加“%(event)s”"),
        asks=True,
    ),
    "event:recalled": Kind(
        about=Message("对接会的邀请已收回"),
        title=Message("邀请已收回：%(event)s"),
        text=Message("%(name)s，您好！“%(event)s”对 %(person)s 的邀请已收回，不必再回复。%(reason)s"),
    ),
    "event:replied": Kind(
        about=Message("专家回复了邀请"),
        title=Message("%(person)s：%(answer)s（%(event)s）"),
        text=Message("“%(event)s”：%(person)s 回复“%(answer)s”，%(why)s。%(meetings)s"),
        link="/events/%(event_number)s/invitations",
        calls=False,
    ),
    "event:body_invited": Kind(
        about=Message("请本单位推荐专家"),
        title=Message("请推荐专家：%(event)s"),
        text=Message(
            "%(name)s，您好！诚邀%(body)s推荐专家参加“%(event)s”，主题：%(theme)s，名额 %(quota)s 位，"
            "请在 %(day)s 前推荐。页面上列出了与难题最相合的本单位专家。"
        ),
        short=Message("%(name)s您好，请%(body)s在 %(day)s 前为“%(event)s”推荐专家（%(quota)s 位）"),
        link="/events/%(event_number)s/nominate?body=%(body_number)s",
        asks=True,
    ),
    "event:body_invited_again": Kind(
        about=Message("提醒本单位推荐专家"),
        title=Message("请尽快推荐专家：%(event)s"),
        text=Message(
            "%(name)s，您好！“%(event)s”还没有收到%(body)s的推荐（名额 %(quota)s 位，主题：%(theme)s），"
            "请在 %(day)s 前推荐，不参加的也请告知。"
        ),
        link="/events/%(event_number)s/nominate?body=%(body_number)s",
        asks=True,
    ),
    "event:body_declined": Kind(
        about=Message("单位这次不推荐专家"),
        title=Message("%(body)s不参加：%(event)s"),
        text=Message("“%(event)s”：%(body)s这次不推荐专家，%(why)s。"),
        link="/events/%(event_number)s/bodies",
        calls=False,
    ),
    "event:nominated": Kind(
        about=Message("单位推荐了专家"),
        title=Message("%(body)s推荐了 %(n)s 位专家：%(event)s"),
        text=Message("%(body)s为“%(event)s”推荐了 %(n)s 位专家，请查看并决定是否邀请。"),
        link="/events/%(event_number)s/bodies",
        calls=False,
    ),
    "event:nomination_refused": Kind(
        about=Message("推荐的专家没有被采纳"),
        title=Message("未采纳：%(person)s（%(event)s）"),
        text=Message("%(name)s，您好！“%(event)s”这次没有采纳 %(person)s 的推荐。原因：%(reason)s"),
    ),
    "problem:submitted": Kind(
        about=Message("有难题提交审核"),
        title=Message("待审核：%(object)s"),
        text=Message("“%(object)s”已提交审核，请查看并决定发布或退回。"),
        link="/review/%(number)s",
    ),
    "problem:published": Kind(
        about=Message("难题审核通过并发布"),
        title=Message("已发布：%(object)s"),
        text=Message("%(name)s，您好！难题“%(object)s”已通过审核并发布，可以查看推荐的专家了。"),
        link=_PROBLEM,
    ),
    "problem:returned": Kind(
        about=Message("难题被退回修改"),
        title=Message("请修改：%(object)s"),
        text=Message("%(name)s，您好！难题“%(object)s”需要补充后再提交。原因：%(reasons)s"),
        short=Message("难题“%(object)s”需要补充，请打开链接修改"),
        link=_PROBLEM,
        asks=True,
    ),
    "problem:withdrawn": Kind(
        about=Message("难题被撤下"),
        title=Message("已撤下：%(object)s"),
        text=Message("%(name)s，您好！难题“%(object)s”已撤下。原因：%(reasons)s"),
        link=_PROBLEM,
    ),
    "problem:expiring": Kind(
        about=Message("难题即将到期"),
        title=Message("即将到期：%(object)s"),
        text=Message(
            "%(name)s，您好！难题“%(object)s”将于 %(day)s 到期；仍需要的请续期，已解决的请告诉我们。"
        ),
        link=_PROBLEM,
        asks=True,
    ),
    "problem:expired": Kind(
        about=Message("难题已过期"),
        title=Message("已过期：%(object)s"),
        text=Message("%(name)s，您好！难题“%(object)s”已过期，不再公开；仍需要的可以续期。"),
        link=_PROBLEM,
    ),
    "problem:renewed": Kind(
        about=Message("难题已续期"),
        title=Message("已续期：%(object)s"),
        text=Message("%(name)s，您好！难题“%(object)s”已续期到 %(day)s。"),
        link=_PROBLEM,
        calls=False,
    ),
    "introduction:asked": Kind(
        about=Message("有人希望对接，请您答复"),
        title=Message("请答复：%(what)s"),
        text=Message(
            "%(name)s，您好！%(what)s。请在 %(day)s 前接受或婉拒；双方接受之前，联系方式不会告诉任何人。"
        ),
        short=Message("%(name)s您好，%(what)s，请在 %(day)s 前答复"),
        link=_INTRODUCTION,
        asks=True,
    ),
    "achievement:submitted": Kind(
        about=Message("有成果提交审核"),
        title=Message("待审核：%(object)s"),
        text=Message("成果“%(object)s”已提交审核，请查看并决定公开或退回。"),
        link="/achievements/%(number)s",
        calls=False,
    ),
    "achievement:published": Kind(
        about=Message("成果审核通过并公开"),
        title=Message("已公开：%(object)s"),
        text=Message("%(name)s，您好！成果“%(object)s”已通过审核并公开。"),
        link="/achievements/%(number)s",
        calls=False,
    ),
    "achievement:returned": Kind(
        about=Message("成果被退回修改"),
        title=Message("请修改：%(object)s"),
        text=Message("%(name)s，您好！成果“%(object)s”需要补充后再提交。原因：%(reason)s"),
        link="/achievements/%(number)s",
        asks=True,
    ),
    "expert:stale": Kind(
        about=Message("请核对自己的专家资料"),
        title=Message("请核对您的专家资料"),
        text=Message(
            "%(name)s，您好！您的专家资料已 %(days)s 天没有核对，请打开链接看一眼，约一分钟，不用注册。"
        ),
        short=Message("%(name)s您好，请花一分钟核对您的专家资料"),
        link="/experts/%(number)s/confirm",
        asks=True,
    ),
    "expert:stale_list": Kind(
        about=Message("本单位有专家资料待核实"),
        title=Message("有 %(count)s 位专家的资料待核实"),
        text=Message("本单位有 %(count)s 位专家的资料长期没有核对，请联系本人或代为核实。"),
        link="/profiles/stale",
        calls=False,
    ),
    "introduction:accepted": Kind(
        about=Message("引荐已被接受"),
        title=Message("已接受：难题“%(problem)s”与%(expert)s"),
        text=Message(
            "%(name)s，您好！难题“%(problem)s”与%(expert)s的引荐已被接受。登录后可以看到对方的联系方式；没有账号的，由组织者电话告知。"
        ),
        link=_INTRODUCTION,
    ),
    "introduction:declined": Kind(
        about=Message("引荐被婉拒或结束的理由"),
        title=Message("未能对接：%(reason)s（%(problem)s）"),
        text=Message(
            "%(name)s，您好！难题“%(problem)s”与%(expert)s的引荐没有继续。原因：%(reason)s。%(words)s"
        ),
        link=_INTRODUCTION,
    ),
    "introduction:refused": Kind(
        about=Message("有引荐被婉拒，请看理由"),
        title=Message("被婉拒：难题“%(problem)s”与%(expert)s（%(reason)s）"),
        text=Message(
            "难题“%(problem)s”与%(expert)s的引荐没有继续，原因：%(reason)s。"
            "最迟 %(day)s 自动告知对方，此前可以改写措辞。"
        ),
        link=_INTRODUCTION,
        calls=False,
    ),
    "introduction:lapsed": Kind(
        about=Message("引荐逾期无人答复"),
        title=Message("逾期未答复：难题“%(problem)s”与%(expert)s"),
        text=Message("难题“%(problem)s”与%(expert)s的引荐没有在期限内得到答复，可以请组织者再联系。"),
        link=_INTRODUCTION,
    ),
    "introduction:recalled": Kind(
        about=Message("引荐已被收回"),
        title=Message("不必答复了：难题“%(problem)s”"),
        text=Message("%(name)s，您好！难题“%(problem)s”的引荐已由对方收回，不必再答复。"),
        link=_INTRODUCTION,
        calls=False,
    ),
    "introduction:message": Kind(
        about=Message("引荐中有新留言"),
        title=Message("新留言：难题“%(problem)s”与%(expert)s"),
        text=Message("%(name)s，您好！难题“%(problem)s”与%(expert)s的引荐中有新的留言，请打开链接查看。"),
        link=_INTRODUCTION,
    ),
    "introduction:meeting": Kind(
        about=Message("约定了见面"),
        title=Message("见面：%(when)s，难题“%(problem)s”与%(expert)s"),
        text=Message("%(name)s，您好！难题“%(problem)s”与%(expert)s约定见面：%(when)s %(place)s"),
        link=_INTRODUCTION,
    ),
    "introduction:intention": Kind(
        about=Message("达成意向"),
        title=Message("达成意向：难题“%(problem)s”与%(expert)s"),
        text=Message("%(name)s，您好！难题“%(problem)s”与%(expert)s已记录为达成意向，请核对。"),
        link=_INTRODUCTION,
    ),
    "answers:asked": Kind(
        about=Message("请您填写或核对"),
        title=Message("请填写：%(question)s"),
        text=Message(
            "%(name)s，您好！请在 %(day)s 前填写“%(question)s”，约一分钟，不用注册；不便上网请来电代填。"
        ),
        short=Message("%(name)s您好，请在 %(day)s 前填写“%(question)s”"),
        asks=True,
    ),
    "event:registered": Kind(
        about=Message("有人报名参加活动，或带来难题"),
        title=Message("待审核：%(what)s（%(event)s）"),
        text=Message("“%(event)s”收到新的报名：%(what)s，请查看并决定。"),
        link="/events/%(number)s/people?state=registered",
        calls=False,
    ),
    "event:accepted": Kind(
        about=Message("自己的报名已通过"),
        title=Message("报名已通过：%(event)s"),
        text=Message("%(name)s，您好！您已列入“%(event)s”（%(day)s）的参会名单，安排确定后会再通知您。"),
        link="/events/%(number)s",
    ),
    "event:refused": Kind(
        about=Message("自己的报名未通过"),
        title=Message("报名未通过：%(event)s"),
        text=Message("%(name)s，您好！很抱歉，您这次不能参加“%(event)s”（%(day)s）。原因：%(reason)s"),
        link="/events/%(number)s",
    ),
    "event:problem_accepted": Kind(
        about=Message("自己的难题列入了对接会"),
        title=Message("难题已列入：%(event)s"),
        text=Message("%(name)s，您好！难题“%(problem)s”已列入“%(event)s”，请确认由谁到会。"),
        link="/events/%(number)s",
    ),
    "event:problem_refused": Kind(
        about=Message("自己的难题没有列入对接会"),
        title=Message("难题未列入：%(event)s"),
        text=Message("%(name)s，您好！难题“%(problem)s”这次没有列入“%(event)s”。原因：%(reason)s"),
        link="/events/%(number)s",
    ),
    "event:cancelled": Kind(
        about=Message("自己参加的活动取消了"),
        title=Message("活动取消：%(event)s"),
        text=Message("%(name)s，您好！原定 %(day)s 的“%(event)s”取消了，请不要前往。原因：%(reason)s"),
        link="/events/%(number)s",
    ),
    "event:moved": Kind(
        about=Message("自己参加的活动改期了"),
        title=Message("改期：%(event)s 改到 %(day)s"),
        text=Message(
            "%(name)s，您好！原定 %(before)s 的“%(event)s”改到 %(day)s，洽谈的轮次和桌位不变；"
            "新的日期不方便的，请告诉我们。"
        ),
        link="/events/%(number)s",
    ),
    "event:unplaced": Kind(
        about=Message("自己的洽谈因场次或洽谈桌调整而取消，等待重排"),
        title=Message("洽谈待重新安排：%(when)s（%(event)s）"),
        text=Message(
            "%(name)s，您好！因“%(event)s”的场次或洽谈桌有调整，您原定 %(when)s 的一场洽谈需要重新安排，"
            "确定后会再通知您。"
        ),
        link="/events/%(number)s",
    ),
    "watch:one": Kind(
        about=Message("订阅有一项新结果"),
        title=Message("“%(watch)s”有新结果：%(object)s"),
        text=Message("%(name)s，您好！您订阅的“%(watch)s”有一项新结果：%(object)s。"),
        link="%(path)s",
        calls=False,
    ),
    "watch:found": Kind(
        about=Message("订阅有多项新结果"),
        title=Message("“%(watch)s”有 %(count)s 项新结果"),
        text=Message("%(name)s，您好！您订阅的“%(watch)s”有 %(count)s 项新结果，请打开查看。"),
        link="/watches/%(number)s",
        calls=False,
    ),
}

#: What came of a call → its name and whether the call is done with.
RESULTS: dict[str, tuple[Message, bool]] = {
    "reached": (Message("已通知到"), True),
    "answered": (Message("已答复"), True),
    "missed": (Message("未接通"), False),
    "later": (Message("约定再打"), False),
    "wrong": (Message("号码有误"), True),
}
#: Channels → their names.
CHANNELS: dict[str, Message] = {"mail": Message("邮件"), "call": Message("电话")}
#: States of a delivery → their names.
DELIVERY_STATES: dict[str, Message] = {
    "waiting": Message("待发"),
    "held": Message("暂缓"),
    "sent": Message("已发出"),
    "failed": Message("发送失败"),
    "stopped": Message("对方不接收"),
    "handled": Message("已电话处理"),
}


def group_of(kind: str) -> str:
    """The section of the preferences that a kind stands in; "" for one that cannot be switched off."""
    if KINDS[kind].must:
        return ""
    name = kind.partition(":")[0]
    name = _ALIKE.get(name, name)
    return name if name in GROUPS else "office"
