"""Files of official forms: read in processes of their own, kept for a review, archives unpacked."""

from __future__ import annotations

import json
import secrets
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from matchmaker.attachments.child import packed
from matchmaker.attachments.examining import examine, unpacked
from matchmaker.attachments.kinds import Unacceptable
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.importing.official_form import as_faults, understand
from matchmaker.messages import Message
from matchmaker.permissions import Actor, require
from matchmaker.services.uploads import path_of, plain_name

_WORD = (".docx", ".doc", ".docm")
#: Forms of one upload; the command line takes any number.
MOST_AT_ONCE = 100


@dataclass(slots=True)
class Entry:
    """One file of a folder.

    Attributes:
        values: what it says, as ``importing.official_form`` gives it.
        findings: field, fault and remedy of everything that was found, as JSON holds them.
        importable: it is a form and has a title and a description.
        known: number of a problem of the same title and body that is there already.
        problem: number of the problem that was made of it.
        outcome: draft, submitted, or refused; "" before.
    """

    filename: str
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    importable: bool = False
    known: int | None = None
    problem: int | None = None
    outcome: str = ""

    def told(self) -> list[tuple[Message, Message, Message]]:
        """Field, fault and remedy as sentences."""
        return [
            (unpacked(line["field"]), unpacked(line["fault"]), unpacked(line["remedy"]))
            for line in self.findings
        ]

    def tell(self, name: str, fault: Message, remedy: Message) -> None:
        """Adds a finding."""
        self.findings.append(
            {"field": packed(Message(name)), "fault": packed(fault), "remedy": packed(remedy)}
        )


def read(paths: Iterable[tuple[str, Path]]) -> list[Entry]:
    """Each file understood in a process of its own; slow, so outside every transaction."""
    with ThreadPoolExecutor(2, thread_name_prefix="forms") as pool:
        return list(pool.map(_entry, paths))


def keep(settings: Settings, actor: Actor, files: Sequence[tuple[str, IO[bytes]]]) -> str:
    """Reads uploaded forms (several files, or archives of them) and keeps what they say for the review.

    Returns:
        a name under which ``kept`` finds it, for a week.
    """
    require(actor, "form:import")
    settings.imports_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.imports_folder) as folder:
        paths = _laid_out(settings, Path(folder), files)
        if not paths:
            fault = Message("没有找到 Word 表格（.docx）。")
            raise InvalidInput(
                fault, hint=Message("请选择若干 .docx 文件，或一个装有它们的 .zip。"), fields={"files": fault}
            )
        entries = read(paths)
    name = f"{secrets.token_hex(16)}.upload"
    store(settings, name, entries)
    return name


def kept(settings: Settings, actor: Actor, name: str) -> list[Entry]:
    """What was understood of the forms of an upload; NotFound when it is gone."""
    require(actor, "form:import")
    try:
        held = json.loads(path_of(settings, name).read_bytes())
        return [Entry(**line) for line in held["forms"]]
    except (ValueError, TypeError, KeyError) as fault:
        raise NotFound(Message("这个上传的文件已不在。"), hint=Message("请重新上传。")) from fault


def store(settings: Settings, name: str, entries: Iterable[Entry]) -> None:
    """Keeps the state of a review."""
    content = json.dumps({"forms": [asdict(entry) for entry in entries]}).encode()
    unfinished = settings.imports_folder / f"{name}.new"
    unfinished.write_bytes(content)
    unfinished.replace(settings.imports_folder / name)


def _entry(file: tuple[str, Path]) -> Entry:
    filename, path = file
    entry = Entry(filename)
    try:
        found = examine(path, filename, with_blocks=True)
    except Unacceptable as fault:
        entry.tell("", Message("文件%(fault)s", {"fault": fault.fault}), fault.remedy)
        return entry
    if found.marks:
        place = {"mark": found.marks[0]["text"], "place": found.marks[0]["sentence"]}
        entry.tell(
            "",
            Message("含有密级标志“%(mark)s”（“%(place)s”），内容没有读入。", place),
            Message("涉密内容不得录入本系统；如属误判，请改写该处后再导入。"),
        )
        return entry
    form = understand(found.blocks)
    entry.values, entry.importable = form.values, form.is_form and form.importable
    for label, found_fault in as_faults(form):
        entry.tell(label, found_fault.fault, found_fault.remedy)
    return entry


def _laid_out(
    settings: Settings, folder: Path, files: Sequence[tuple[str, IO[bytes]]]
) -> list[tuple[str, Path]]:
    """Name and path of every form of an upload, those within archives too."""
    found: list[tuple[str, Path]] = []
    most = settings.attachment_megabytes << 20
    for place, (name, stream) in enumerate(files):
        path = folder / f"{place}"
        with path.open("wb") as file:
            while block := stream.read(1 << 20):
                file.write(block)
        if plain_name(name).lower().endswith(".zip"):
            found += _unpacked(path, folder, most, settings.import_megabytes << 22)
        elif path.stat().st_size:
            found.append((plain_name(name), path))
        if len(found) > MOST_AT_ONCE:
            raise _too_many()
    return found


def _unpacked(path: Path, folder: Path, most: int, together: int) -> list[tuple[str, Path]]:
    """The Word files of an archive, none unpacked further than an attachment may be large."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [(plain_name(_name(each)), each) for each in archive.infolist() if not each.is_dir()]
            entries = [each for each in entries if each[0].lower().endswith(_WORD) and each[0][0] not in "~."]
            if len(entries) > MOST_AT_ONCE or sum(each.file_size for _, each in entries) > together:
                raise _too_many()
            found = []
            for place, (name, entry) in enumerate(entries):
                target = folder / f"{path.name}-{place}"
                with archive.open(entry) as source:
                    target.write_bytes(source.read(most + 1))
                found.append((name, target))
            return found
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as broken:
        fault = Message("这个压缩包打不开：它损坏了，或加了密码。")
        hint = Message("请重新压缩为不加密的 .zip，或直接选择其中的 .docx 文件。")
        raise InvalidInput(fault, hint=hint, fields={"files": fault}) from broken


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: Windows here writes GBK and says nothing of it."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _too_many() -> InvalidInput:
    fault = Message("一次最多导入 %(most)s 份表格，解压后的总大小也有上限。", {"most": MOST_AT_ONCE})
    hint = Message("请分几次上传，或在服务器上运行 matchmaker import-forms。")
    return InvalidInput(fault, hint=hint, fields={"files": fault})
