"""Links for a new password by e-mail: made when they go out, so that neither outbox nor job holds one."""

from __future__ import annotations

import logging
import secrets

from matchmaker.bootstrap import Application
from matchmaker.notifications.languages import translator
from matchmaker.notifications.mailer import Deferred, Letter, Refused
from matchmaker.services import password_changes

log = logging.getLogger(__name__)


def mail_reset(app: Application, number: int) -> None:
    """Sends an account the link that sets a new password; an earlier link opens nothing any more.

    Raises:
        Unavailable: the server is away; the job waits for it.
    """
    if app.mailer is None or not app.settings.site_url:
        return
    with app.unit_of_work() as uow:
        made = password_changes.link_by_mail(uow, number, at=app.clock())
    if made is None:
        return
    account, key = made
    translate = translator(account.language or app.settings.language)
    site = app.settings.site_name
    subject = password_changes.LETTER_SUBJECT.render(translate) % {"site": site}
    text = password_changes.LETTER_TEXT.render(translate) % {
        "name": account.name, "site": site, "hours": password_changes.RESET_HOURS,
        "link": f"{app.settings.site_url}/reset/{key}",
    }  # fmt: skip
    letter = Letter(account.email or "", subject, text, secrets.token_hex(16), app.clock())
    with app.mailer.post() as post:
        try:
            post.send(letter)
        except (Refused, Deferred) as fault:
            log.warning("the letter of a new password was not taken: %s", fault)
