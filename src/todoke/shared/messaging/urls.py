"""The ledger's addresses, below /desk/messages/, and those of the simulators, below /simulators/."""

from django.urls import path

from todoke.shared.messaging.views import channels, ledger, phrases, simulators, told

app_name = "messaging"

urlpatterns = [
    path("", ledger.message_list, name="messages"),
    path("follow-ups/", ledger.follow_up_list, name="follow-ups"),
    path("calls/", ledger.call_list, name="calls"),
    path("calls/<int:pk>/made/", ledger.call_made, name="call-made"),
    path("deliveries/<int:pk>/", ledger.delivery_page, name="delivery"),
    path("phrases/", phrases.phrase_list, name="phrases"),
    path("channels/", channels.channel_list, name="channels"),
    path("told/", told.told_page, name="told"),
    path("<uuid:key>/", ledger.message_page, name="message"),
]

simulator_patterns = [
    path("", simulators.overview, name="overview"),
    path("faults/<slug:route>/", simulators.fault, name="fault"),
    path("mail/", simulators.mailbox, name="mail"),
    path("mail/<int:number>/", simulators.mail, name="mail-page"),
    path("line/", simulators.talk, name="line"),
    path("push/", simulators.pushes, name="push"),
    path("webhook/", simulators.hooks, name="webhook"),
    path("webhook/<int:number>/", simulators.hook, name="webhook-page"),
]
