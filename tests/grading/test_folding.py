import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from courseware.grading.folding import fold

KANA = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3096), min_size=1)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


@given(st.text())
def test_what_is_folded_folds_to_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_width_and_case_do_not_count(text: str) -> None:
    assert fold(text) == fold(text.translate(WIDE)) == fold(text.upper()) == fold(text.lower())


@given(KANA)
def test_hiragana_is_katakana(text: str) -> None:
    assert fold(text) == fold("".join(chr(ord(c) + 0x60) for c in text))


@given(st.text(), st.text(st.sampled_from(" \t\n\u3000\u00a0\u2003"), min_size=1))
def test_white_space_around_does_not_count(text: str, space: str) -> None:
    assert fold(space + text + space) == fold(text)


@given(st.text())
def test_normal_forms_do_not_count(text: str) -> None:
    assert fold(text) == fold(unicodedata.normalize("NFKC", text))
    assert fold(text) == fold(unicodedata.normalize("NFD", text))


def test_a_dash_is_a_long_vowel_after_kana_and_a_hyphen_elsewhere() -> None:
    assert fold("サーバー") == fold("サ-バ−") == "サーバー"
    assert fold("VTーx") == fold("VT–x") == "vt-x"
    assert fold("サーバ") != fold("サーバー")


@given(st.text())
def test_case_is_kept_where_that_is_asked_for(text: str) -> None:
    kept = fold(text, keep_case=True)
    assert fold(kept, keep_case=True) == kept
    assert fold(kept) == fold(text)
    assert fold("－Ｏ", keep_case=True) == "-O"
