"""The residents' addresses, below /subscriptions/, and the staff's, below /desk/subscriptions/."""

from django.urls import path, re_path

from todoke.shared.subscriptions.views import feed, line, milestones, mine, staff, subscribing

app_name = "subscriptions"

# As base.sealing makes them. What has another shape is no link of ours, and reaches no view.
LINK = r"(?P<token>[A-Za-z2-7]{32})"

urlpatterns = [
    path("", subscribing.subscribe, name="subscribe"),
    path("sent/", subscribing.sent, name="sent"),
    path("link/", subscribing.lost_link, name="lost-link"),
    path("line/webhook", line.webhook, name="line-webhook"),
    path("line/play/", line.play_friend, name="line-play"),
    path("feed/", feed.feed_page, name="feed-page"),
    path("feed.atom", feed.feed, name="feed"),
    path("feed.json", feed.json_feed, name="json-feed"),
    path("feed.rss", feed.rss_feed, name="rss-feed"),
    re_path(rf"^confirm/{LINK}/$", subscribing.confirm, name="confirm"),
    re_path(rf"^{LINK}/$", mine.mine, name="mine"),
    re_path(rf"^{LINK}/preview/$", mine.preview, name="preview"),
    re_path(rf"^{LINK}/received/$", mine.received, name="received"),
    re_path(rf"^{LINK}/data.json$", mine.my_data, name="my-data"),
    re_path(rf"^{LINK}/end$", mine.end, name="end"),
    re_path(rf"^{LINK}/come-back/$", mine.come_back, name="come-back"),
]

staff_patterns = [
    path("", staff.reach_page, name="reach"),
    path("lists/", staff.lists, name="lists"),
    path("lists/<int:pk>/", staff.list_page, name="list"),
    path("lists/<int:pk>/refused.csv", staff.list_refusals, name="list-refusals"),
    path("lists/<int:pk>/take/", staff.take_list, name="take-list"),
    path("lists/<int:pk>/drop/", staff.drop_list, name="drop-list"),
    path("person/", staff.person, name="person"),
    path("milestones/", milestones.milestone_list, name="milestones"),
    path("milestones/<int:pk>/propose/", milestones.propose, name="propose-milestone"),
    path("milestones/<int:pk>/approve/", milestones.approve, name="approve-milestone"),
]
