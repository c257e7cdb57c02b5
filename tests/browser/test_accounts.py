"""Accounts as people meet them: invited, logged in, refused, looked after, acted for, on every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Served
from tests.browser.looking import looked_at
from tests.support.accounts import PASSWORD

pytestmark = pytest.mark.browser

PHONE = "13700000088"


def test_from_the_invitation_to_acting_on_behalf(page: Page, browser: Browser, served: Served) -> None:
    page.goto("/invitations")
    assert looked_at(page, "invitations") == []
    page.get_by_label("角色").select_option("body_liaison")
    page.get_by_label("单位").fill("临江大学")
    page.get_by_label("对方姓名").fill("王敏")
    page.get_by_role("button", name="生成邀请链接").click()
    assert looked_at(page, "invited") == []
    link = page.get_by_label("只要链接").input_value()

    other = browser.new_context(viewport={"width": 390, "height": 844}, base_url=served.address)
    phone = other.new_page()
    phone.goto(link)
    assert looked_at(phone, "join") == []
    phone.get_by_label("手机号").fill("12")
    phone.get_by_label("新密码", exact=False).first.fill(PASSWORD)
    phone.get_by_label("再输入一次新密码").fill(PASSWORD)
    phone.get_by_role("button", name="建立账号并登录").click()
    assert phone.evaluate("document.activeElement.id") == "field-phone"
    assert phone.get_by_label("姓名").input_value() == "王敏"
    phone.get_by_label("手机号").fill("137 0000 0088")
    phone.get_by_label("新密码", exact=False).first.fill(PASSWORD)
    phone.get_by_label("再输入一次新密码").fill(PASSWORD)
    phone.get_by_role("button", name="建立账号并登录").click()
    for address, name in (("/account", "account"), ("/account/second-factor", "second-factor"),
                          ("/account/password", "password"), ("/act", "act")):  # fmt: skip
        phone.goto(address)
        assert looked_at(phone, name) == []
    other.close()

    page.goto("/accounts")
    assert looked_at(page, "accounts") == []
    page.get_by_role("link", name="王敏").click()
    assert looked_at(page, "account-of") == []
    page.get_by_role("button", name="代“王敏”操作").first.click()
    assert "您正在代" in page.locator(".behalf").inner_text()
    assert looked_at(page, "behalf") == []
    page.get_by_role("button", name="结束代办").click()
    assert page.locator(".behalf").count() == 0


def test_the_way_in_and_what_it_says(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    page.goto("/login")
    assert looked_at(page, "login") == []
    page.keyboard.type(PHONE)
    page.keyboard.press("Tab")
    page.keyboard.type("falsch-falsch")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fault-password")
    assert page.evaluate("document.activeElement.id") == "field-password"
    assert page.get_by_label("手机号、用户名或邮箱").input_value() == PHONE
    assert looked_at(page, "login-refused") == []
    for name in ("register", "forgot"):
        page.goto(f"/{name}")
        assert looked_at(page, name) == []
    context.close()
