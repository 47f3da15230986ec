"""The ledger's addresses, below /desk/messages/."""

from django.urls import path

from todoke.shared.messaging.views import ledger

app_name = "messaging"

urlpatterns = [
    path("", ledger.message_list, name="messages"),
    path("follow-ups/", ledger.follow_up_list, name="follow-ups"),
    path("calls/", ledger.call_list, name="calls"),
    path("calls/<int:pk>/made/", ledger.call_made, name="call-made"),
    path("deliveries/<int:pk>/", ledger.delivery_page, name="delivery"),
    path("<uuid:key>/", ledger.message_page, name="message"),
]
