// The city's notifications on this device: shows what arrives, and opens the page when it is touched. Nothing else; in
// particular it keeps no pages and sees no requests.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

function read(data) {
  try {
    return data.json();
  } catch {
    // A browser takes the permission away from whoever shows nothing.
    return { title: "市からのお知らせ", body: "", lang: "ja", tag: "todoke", url: "/", edition: "", sent: "" };
  }
}

async function show(told) {
  const [shown] = await self.registration.getNotifications({ tag: told.tag });
  const before = shown && shown.data;
  // An order that arrives late must not take the place of its own cancellation.
  const newest = before && before.sent > told.sent ? before : told;
  await self.registration.showNotification(newest.title, {
    body: newest.body,
    lang: newest.lang,
    tag: newest.tag,
    // Sound and vibration for what is new, and none for a repeat.
    renotify: !before || newest.edition !== before.edition,
    data: newest,
  });
}

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window" });
  const here = windows.find((window) => window.url === url);
  return here ? here.focus() : self.clients.openWindow(url);
}
