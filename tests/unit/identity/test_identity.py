"""Names, passwords, keys, codes, waits: what holds of them without any database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as some

from matchmaker.errors import InvalidInput
from matchmaker.identity import devices, keys, names, passwords, second_factor, throttling

NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the house's moments have no zone


@pytest.mark.parametrize(
    "typed",
    ["13812345678", " 138 1234 5678 ", "138-1234-5678", "+8613812345678", "+86 138 1234 5678",
     "008613812345678", "8613812345678", "１３８１２３４５６７８", "（138）12345678"],
)  # fmt: skip
def test_a_number_is_one_number_however_it_is_written(typed):
    assert names.phone(typed) == "13812345678"


@pytest.mark.parametrize(("typed", "stored"), [("+852 6123 4567", "+85261234567"), ("", ""), (" ", "")])
def test_numbers_abroad_keep_their_country_and_none_is_none(typed, stored):
    assert names.phone(typed) == stored


@pytest.mark.parametrize(
    "typed", ["12812345678", "1381234567", "+86123", "0576-88221234", "abc", "138123456789"]
)
def test_what_is_no_mobile_number_is_told_with_a_remedy(typed):
    with pytest.raises(InvalidInput) as told:
        names.phone(typed)
    assert list(told.value.fields) == ["phone"]
    assert "11 位" in str(told.value.fields["phone"])


def test_user_names_and_addresses_are_small_letters():
    assert (names.username(" Li.Wei "), names.email("Li@Example.CN")) == ("li.wei", "li@example.cn")
    for reader, typed in (
        (names.username, "1wei"),
        (names.username, "李伟"),
        (names.email, "li@"),
        (names.email, "a b@c.cn"),
    ):
        with pytest.raises(InvalidInput):
            reader(typed)


@given(some.text(max_size=300))
def test_whatever_is_typed_at_log_in_is_some_name(text):
    kind, stored = names.log_in_name(text)
    assert kind in {"phone", "username", "email"}
    assert len(stored) <= 200


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("138 1234 5678", "phone"), ("Li.Wei", "username"), ("li@example.cn", "email"), ("李", "username")],
)
def test_log_in_takes_each_kind_of_name(typed, kind):
    assert names.log_in_name(typed)[0] == kind


def test_a_password_is_known_again_and_nothing_else_is():
    digest = passwords.hashed("海塘-四十二")
    assert digest.startswith("$argon2id$")
    assert "海塘" not in digest
    assert passwords.matches(digest, "海塘-四十二")
    assert not passwords.matches(digest, "海塘-四十三")
    assert not passwords.matches("", "海塘-四十二")
    assert not passwords.matches("", "")
    assert not passwords.matches("nonsense", "x")
    assert not passwords.is_outdated(digest)


@pytest.mark.parametrize(
    "typed", ["", "1234567", "12345678", "PASSWORD1", "aaaaaaaa", "13812345678", "x" * 201, "ab\ud800cdefgh"]
)
def test_weak_passwords_are_refused_with_the_reason(typed):
    with pytest.raises(InvalidInput) as told:
        passwords.check_strength(typed, "13812345678")
    assert list(told.value.fields) == ["password"]


def test_made_passwords_are_strong_and_never_the_same():
    made = {passwords.generated() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        passwords.check_strength(each)


def test_keys_are_long_and_stored_as_digests():
    key, token = keys.new_key(), keys.new_token()
    assert token.startswith(keys.TOKEN_PREFIX)
    assert (len(keys.digest(key)), key in keys.digest(key)) == (64, False)


def test_waits_grow_and_end():
    waits = [throttling.wait_of_account(number).total_seconds() for number in range(1, 14)]
    assert waits[:7] == [0, 0, 0, 0, 15, 30, 60]
    assert waits == sorted(waits)
    assert throttling.wait_of_account(10_000) == throttling.LONGEST_WAIT == timedelta(minutes=15)


def test_a_code_works_once_and_only_near_its_time():
    secret = second_factor.new_secret()
    code = pyotp.TOTP(secret).at(NOW.replace(tzinfo=UTC))
    step = second_factor.step_of(secret, f" {code[:3]} {code[3:]} ", NOW, 0)
    assert step is not None
    assert second_factor.step_of(secret, code, NOW, step) is None
    assert second_factor.step_of(secret, code, NOW + timedelta(seconds=30), 0) == step
    assert second_factor.step_of(secret, code, NOW + timedelta(minutes=2), 0) is None
    assert second_factor.step_of(secret, "１２３４５６", NOW, 0) is None
    assert second_factor.step_of(secret, "", NOW, 0) is None


def test_recovery_codes_are_read_however_they_are_typed():
    codes = second_factor.new_recovery_codes()
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert second_factor.recovery_digest(codes[0].lower().replace("-", " ")) == second_factor.recovery_digest(
        codes[0]
    )


def test_the_picture_obeys_the_policy_of_the_site():
    drawn = second_factor.picture(second_factor.address(second_factor.new_secret(), "李<b>", "本站"))
    assert drawn.startswith("<svg")
    assert "viewBox" in drawn  # it is drawn smaller or larger as a whole
    assert not any(word in drawn for word in ("style=", "<script", "<b>", "http://www.w3.org/1999/xlink"))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8.0", "微信 · iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_devices_are_told_in_words(agent, words):
    assert devices.device(agent) == words
