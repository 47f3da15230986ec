"""What people plugs in elsewhere: permissions, its part of the city folder, sample accounts, an ear for allauth."""

from allauth.mfa import signals as second_factor
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _

from todoke.base.jobs.registry import Welcome, companions, welcomes
from todoke.base.ui.registry import MenuItem, resident_menu, staff_menu
from todoke.ground.people import signing_in
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.openid import simulator
from todoke.ground.people.openid.providers import SIMULATED, providers
from todoke.ground.people.openid.transport import PLAYED
from todoke.ground.people.registry import Permission, permissions
from todoke.ground.people.residents.caretaker import CARETAKER
from todoke.ground.people.residents.session import forget_resident
from todoke.ground.people.sample import sample_accounts_lines
from todoke.ground.places.registry import city_parts

permissions.register(
    Permission("people.manage", _("職員と役割の管理"), _("職員の発令を登録し、役割を与えたり外したりできます。"))
)
permissions.register(
    Permission(
        "people.counter",
        _("窓口での本人確認"),
        _("住民の本人確認をして番号を渡し、代理を書類で確かめることができます。すべて記録に残ります。"),
    )
)
resident_menu.register(MenuItem("people.my", _("わたしの登録"), "people:my", 90))
staff_menu.register(MenuItem("people.counter", _("窓口での本人確認"), "people:counter", 60, "people.counter"))

# A fault in the file of providers stops the start, rather than the first resident.
providers()
if settings.SIMULATORS:
    SIMULATED.append(simulator.simulated_provider)
    PLAYED[simulator.KEY] = simulator.answer

city_parts.register(PeoplePart())
companions.register(CARETAKER)
welcomes.register(Welcome("people.sample-accounts", sample_accounts_lines))

user_logged_in.connect(signing_in.mark_sign_in, dispatch_uid="people.sign-in")
user_logged_in.connect(forget_resident, dispatch_uid="people.resident-goes")
second_factor.authenticator_added.connect(signing_in.mark_second_factor_set_up, dispatch_uid="people.added")
second_factor.authenticator_removed.connect(signing_in.note_removed, dispatch_uid="people.removed")
second_factor.authenticator_reset.connect(signing_in.note_reset, dispatch_uid="people.reset")
second_factor.authenticator_used.connect(signing_in.note_used, dispatch_uid="people.used")
second_factor.authentication_failed.connect(signing_in.note_refused, dispatch_uid="people.refused")
