"""Addresses of people that are not allauth's: the residents' doors, their own pages, the counter, the simulators."""

from django.urls import path, re_path

from todoke.ground.people.views import authenticator, card, counter, my, openid, sign_in

app_name = "people"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.mail_code, name="mail-code"),
    # As base.sealing makes them.
    re_path(r"^sign-in/mail/(?P<token>[A-Za-z2-7]{32})/$", sign_in.mail_link, name="mail-link"),
    path("sign-in/passkey/", sign_in.passkey, name="passkey"),
    path("sign-in/number/", sign_in.number, name="number"),
    path("sign-in/join/", sign_in.join, name="join"),
    path("sign-in/with/<slug:key>/", openid.start, name="openid"),
    path("sign-in/back/<slug:key>/", openid.back, name="openid-back"),
    path("sign-in/not-staff/", sign_in.stop_being_staff, name="stop-being-staff"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("my/", my.my, name="my"),
    path("my/passkey/", my.add_passkey, name="add-passkey"),
    path("my/remove/", my.remove_means, name="remove-means"),
    path("my/sessions/", my.end_other_sessions, name="end-other-sessions"),
    path("my/data.json", my.my_data, name="my-data"),
    path("my/looks/", my.looks, name="my-looks"),
    path("my/close/", my.close, name="close"),
    path("my/mandates/", my.mandates, name="mandates"),
    path("my/mandates/<int:pk>/confirm/", my.confirm_mandate, name="confirm-mandate"),
    path("my/mandates/<int:pk>/withdraw/", my.withdraw_mandate, name="withdraw-mandate"),
    path("desk/counter/", counter.counter, name="counter"),
    path("desk/counter/mandates/<int:pk>/confirm/", counter.confirm_mandate, name="counter-confirm-mandate"),
    path("desk/counter/mandates/<int:pk>/refuse/", counter.refuse_mandate, name="counter-refuse-mandate"),
    path("simulators/authenticator", authenticator.authenticator, name="authenticator"),
    path("simulators/card/authorize", card.authorize, name="card-authorize"),
    path("simulators/card/token", card.token, name="card-token"),
    path("simulators/card/keys", card.keys, name="card-keys"),
    path("simulators/card/userinfo", card.userinfo, name="card-userinfo"),
    path("simulators/card/faults", card.faults, name="card-faults"),
]
