"""Segmentation, cleaning and sentences."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import LONGEST_SENTENCE, MOST_CHARACTERS, MOST_LETTERS, clean, sentences, words

WORDS = {
    "轴承故障诊断": ["轴承", "故障", "诊断", "故障诊断"],
    "深度学习": ["深度", "学习"],
    "Deep Learning": ["deep", "learning"],
    "ＡＢＣ１２３": ["abc123", "abc", "123"],
    "PM2.5浓度": ["pm2.5", "pm", "2.5", "浓度"],
    "10kW 10 kW": ["10kw", "10", "kw", "10", "kw"],
    "3.5mm": ["3.5mm", "3.5", "mm"],
    "0.05": ["0.05"],
    "GPT-4": ["gpt-4", "gpt"],
    "C++与C#": ["c++", "c#"],
    "T细胞": ["t", "细胞"],
    "维生素C": ["维生", "维生素", "c"],
    "a b 3 个": [],
    "the state of the art": ["state", "art"],
    "我们的方法": ["我们", "方法"],
    "café naïve": ["café", "naïve"],
    "（轴承）、【故障】！": ["轴承", "故障"],
    "": [],
    "\x00\ud800\u200b": [],
    "轴\u200b承": ["轴承"],
}


@pytest.mark.parametrize(("text", "wanted"), WORDS.items(), ids=map(ascii, WORDS))
def test_words(text, wanted):
    assert words(text) == wanted


@given(st.text(alphabet=st.characters(), max_size=200))
def test_words_are_lower_printable_and_without_space(text):
    for word in words(text):
        assert word
        assert len(word) <= MOST_LETTERS or not word.isascii()
        assert not any(map(str.isspace, word))
        assert word[0] not in "，。！？、；：“”（）【】,!?;:()[]{}"
        word.encode("utf-8")


@given(st.lists(st.sampled_from(["轴承", "PM2.5", "Deep", "x", "的", "10kW", "，", "\n"]), max_size=20))
def test_parts_set_apart_by_spaces_are_segmented_alone(parts):
    assert words(" ".join(parts)) == [word for part in parts for word in words(part)]


@pytest.mark.parametrize(
    "text", ["轴承 " * 400_000, "a" * 1_000_000, "\ud800" * 1_000_000, "a-" * 500_000, "." * 1_000_000]
)
def test_a_text_of_1_mb_is_cut_not_fatal(text):
    assert sum(map(len, words(text))) <= 3 * MOST_CHARACTERS
    assert sentences(text) is not None


SENTENCES = {
    "提高精度。降低成本！可行吗？好": ["提高精度。", "降低成本！", "可行吗？", "好"],
    "他说：“好。”然后走了。": ["他说：“好。”", "然后走了。"],
    "It works. See Fig. 2 for more. E.g. this.": ["It works.", "See Fig. 2 for more.", "E.g. this."],
    "精度3.5毫米，版本2.0。": ["精度3.5毫米，版本2.0。"],
    "要求：1. 精度高；2. 成本低": ["要求：", "1. 精度高；", "2. 成本低"],
    "一、背景\n二、目标": ["一、背景", "二、目标"],
    "（1）轻量化 （2）智能化": ["（1）轻量化", "（2）智能化"],
    "1、\n轻量化": ["1、 轻量化"],
    "盐雾 ≥ 96 小时（现值 24）": ["盐雾 ≥ 96 小时（现值 24）"],
    "要求（含两项： 1）轻 2）省）": ["要求（含两项： 1）轻", "2）省）"],
    "真的。。。\n！！": ["真的。。。！！"],
    "J. Smith and A. Jones agree. They do.": ["J. Smith and A. Jones agree.", "They do."],
    "": [],
    " \n\t ": [],
}


@pytest.mark.parametrize(("text", "wanted"), SENTENCES.items(), ids=map(ascii, SENTENCES))
def test_sentences(text, wanted):
    assert sentences(text) == wanted


def visible(text: str) -> str:
    return "".join(text.split())


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("。！？；.;1、（一）① \nA轴,，“”"), st.characters()), max_size=300
    )
)
def test_sentences_lose_nothing_and_are_never_empty(text):
    parts = sentences(text)
    assert visible("".join(parts)) == visible(clean(text))
    assert all(part.strip() for part in parts)


def test_long_sentences_are_split_at_commas():
    parts = sentences("这一点很重要，" * 200)
    assert max(map(len, parts)) <= LONGEST_SENTENCE
    assert all(part.endswith("，") for part in parts)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_clean_is_stable_and_can_be_stored(text):
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in once)


def test_clean_keeps_lines_and_tabs():
    assert clean("a\r\nb\rc\td\x00\x1b\ufeff") == "a\nb\nc\td"


def test_importing_the_index_loads_no_library_of_an_engine():
    code = "import sys, indexer.text, indexer.factory, indexer.fusion; print(sorted({'rjieba', 'tantivy', 'sqlite3'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
