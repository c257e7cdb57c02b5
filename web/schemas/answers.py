"""Answers of the API that are not stored objects: searches, imports, health."""

from __future__ import annotations

from marshmallow import Schema, fields

from matchmaker.messages import Message
from web.schemas.output import counts, described, moment, real, several, text, texts, whole


class HitOut(Schema):
    """One line of a search."""

    id = text(Message("编号，形如 problem:12。"))
    kind = text(Message("类别。"))
    title = text(Message("标题。"))
    snippet = text(Message("最能说明为何被找到的一句。"))
    words = texts(Message("标题和摘句中应标出的词。"))
    score = real(Message("得分，只在同一次搜索内可比。"))


class SearchOut(Schema):
    """One page of a search."""

    items = several(HitOut, Message("本页的结果。"))
    totals = counts(Message("各类的结果数。"))
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        metadata=described(Message("可再筛选的部分（field、region、body）：代码和数目。")),
    )
    after = fields.String(allow_none=True, metadata=described(Message("续页标记；null 表示已到末页。")))
    notice = text(Message("需要知道的限制；没有则为空。"))
    fallback = fields.Boolean(
        metadata=described(Message("索引不可用，结果是在数据库中按字面查到的：没有意思相近的，facets 为空。"))
    )


class ImportFaultOut(Schema):
    """One fault of one row."""

    row = whole(Message("行号。"))
    field = text(Message("列。"))
    fault = text(Message("问题。"))
    remedy = text(Message("怎样更正。"))
    rejected = fields.Boolean(metadata=described(Message("这一行是否因此未被导入。")))


class ImportOut(Schema):
    """One import and how far it is."""

    id = whole(Message("导入的编号。"))
    filename = text(Message("文件名。"))
    kind = text(Message("类别。"))
    state = text(Message("waiting、running、done、cancelled 或 failed。"))
    total = whole(Message("总行数。"))
    position = whole(Message("已处理的行数。"))
    created = whole(Message("新增。"))
    updated = whole(Message("更新。"))
    unchanged = whole(Message("无变化。"))
    rejected = whole(Message("未导入。"))
    kept_fields = whole(Message("因本人已确认而保留的项。"))
    columns = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata=described(Message("列头被理解为哪一项。"))
    )
    error = text(Message("失败的原因；没有则为空。"))
    created_at = moment(Message("提交时间（UTC）。"))
    finished_at = moment(Message("结束时间（UTC）；未结束为 null。"))
    faults = several(ImportFaultOut, Message("前 200 条问题。"))


class FailedJobOut(Schema):
    """A job that was given up."""

    kind = text(Message("任务的种类。"))
    subject = text(Message("任务的对象。"))
    attempts = whole(Message("尝试次数。"))
    error = text(Message("最后一次的错误。"))


class IndexHealthOut(Schema):
    """Whether index and database agree."""

    state = text(Message("ok、behind 或 unavailable。"))
    message = text(Message("索引不可用时的原因。"))
    since = moment(Message("本进程从何时起得不到回答（UTC）；有回答时为 null。"))
    engine = text(Message("引擎。"))
    generation = text(Message("当前这一代索引的名称。"))
    fingerprint = text(Message("嵌入模型的指纹。"))
    dimension = whole(Message("向量维数。"))
    in_index = counts(Message("索引中各类的数目。"))
    in_database = counts(Message("数据库中应被索引的数目。"))
    drift = counts(Message("二者之差（索引减数据库）。"))
    jobs = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        metadata=described(Message("队列：种类、状态和数目。")),
    )
    waiting = whole(Message("等待写入索引的改动数。"))
    waiting_since = moment(Message("其中最早的一项的时间（UTC）；没有则为 null。"))
    failed = several(FailedJobOut, Message("已放弃的任务。"))
    verified_at = moment(Message("上次核对的时间（UTC）；从未核对为 null。"))


class HealthOut(Schema):
    """Whether the parts work."""

    ready = fields.Boolean(metadata=described(Message("能否回答请求：数据库可用即为是。")))
    degraded = fields.Boolean(
        metadata=described(Message("能回答，但索引或模型不可用：没有匹配，搜索只按字面。"))
    )
    parts = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata=described(Message("database、index、model 各为 ok，或不可用的原因。")),
    )
