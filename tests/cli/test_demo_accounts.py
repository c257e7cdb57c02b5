"""The demo's accounts: one of each role, that open with what was printed last and nothing else."""

from __future__ import annotations

from matchmaker.cli import demo_accounts
from matchmaker.identity import passwords
from matchmaker.models import Account
from tests.support.accounts import actor
from tests.support.samples import expert, organization, problem, store


def test_each_role_gets_an_account_and_each_run_new_passwords(app, capsys):
    university, firm, _park = store(
        app, organization(), organization("某厂", kind="enterprise"), organization("某园区", kind="park")
    )
    store(app, expert(organization_id=university), problem(organization_id=firm))
    first, second = demo_accounts.make(app), demo_accounts.make(app)
    demo_accounts.show(second)
    assert [each.username for each in second] == list(demo_accounts.PEOPLE)
    with app.reading() as uow:
        rows = {row.username: row for row in uow.session.query(Account)}
    assert [rows[name].roles for name in demo_accounts.PEOPLE] == [
        [role] for role, _ in demo_accounts.PEOPLE.values()
    ]
    for old, new in zip(first, second, strict=True):
        assert old.password != new.password
        assert not passwords.matches(rows[new.username].password_hash, old.password)
        assert passwords.matches(rows[new.username].password_hash, new.password)
        assert not rows[new.username].must_change
    assert actor(app, rows["enterprise"].id).liaison_of == (firm,)
    assert actor(app, rows["expert"].id).expert == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert all(each.password in told.err for each in second)
