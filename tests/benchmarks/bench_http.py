"""Latency over HTTP with 13,522 papers and 32,638 experts: stored problems, unseen texts, searches.

python -m tests.benchmarks.bench_http [--requests 200]
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import time
from urllib.parse import quote

from tests.benchmarks.support import DATA, HEAD, installation, row, site

#: Seconds that the site is given to load what it loads beforehand.
WARMING = 90


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    wanted = parser.parse_args().requests
    problems = [json.loads(line) for line in (DATA / "problems.jsonl").open(encoding="utf-8")]
    chance = random.Random(7)
    with site(installation()) as (host, port):
        connection = http.client.HTTPConnection(host, port, timeout=60)
        numbers = _numbers(connection)
        chance.shuffle(numbers)
        texts = [_shuffled(problem["title"] + "。" + problem["text"][:400], chance) for problem in problems]
        words = [problem["title"][:12] for problem in problems]
        _post(connection, texts.pop())
        time.sleep(WARMING)
        print(HEAD)
        print(row("stored problem → ranked experts with evidence (JSON)", [
            _get(connection, f"/api/v1/problems/{number}/matches") for number in _some(numbers, wanted)
        ]))  # fmt: skip
        print(row("the same as a page", [_get(connection, f"/problems/{n}") for n in _some(numbers, wanted)]))
        print(
            row("a text never seen (≤ 400 characters)", [_post(connection, text) for text in texts[:wanted]])
        )
        for by in ("words", "both"):
            print(row(f"search, by {by}", [
                _get(connection, f"/api/v1/search?by={by}&q={quote(word)}") for word in words[:wanted]
            ]))  # fmt: skip
        experts = chance.sample(range(1, 32_000), min(wanted, 100))
        print(row("problems for an expert", [
            _get(connection, f"/api/v1/experts/{number}/matches") for number in experts
        ]))  # fmt: skip


def _some(numbers: list[int], wanted: int) -> list[int]:
    return (numbers * (wanted // max(1, len(numbers)) + 1))[:wanted]


def _numbers(connection: http.client.HTTPConnection) -> list[int]:
    found: list[int] = []
    for page in range(1, 8):
        connection.request("GET", f"/api/v1/problems?page={page}&per_page=50")
        answer = json.loads(connection.getresponse().read())
        found += [int(str(item["id"]).rpartition(":")[2]) for item in answer["items"]]
    return sorted(set(found))


def _get(connection: http.client.HTTPConnection, path: str) -> float:
    start = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, (path, answer.status)
    return time.perf_counter() - start


def _post(connection: http.client.HTTPConnection, text: str) -> float:
    body = json.dumps({"title": "", "text": text}).encode()
    start = time.perf_counter()
    connection.request("POST", "/api/v1/match", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return time.perf_counter() - start


def _shuffled(text: str, chance: random.Random) -> str:
    """The sentences of a text in another order: a text that no cache has seen."""
    pieces = [piece for piece in text.replace("\n", "。").split("。") if piece.strip()]
    chance.shuffle(pieces)
    return "。".join(pieces) + f"（{chance.randrange(10**9)}）"


if __name__ == "__main__":
    main()
