// Keeps the pages of the counter away from the office, and what they are drawn with, for when there is no line. It keeps
// nothing that was typed, and asks the office first whenever there is a line.
"use strict";

const KEPT = "todoke-away-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isPage = request.mode === "navigate";
  const isPart = ["style", "script", "image", "font"].includes(request.destination);
  if (request.method === "GET" && (isPage || isPart)) event.respondWith(answer(request, isPage));
});

async function answer(request, isPage) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await kept.put(request.url.split("?")[0], fresh.clone());
    // Sent on to sign in: whoever was here has gone, and their page goes, too. What waits to be sent stays.
    else if (isPage && fresh.type === "opaqueredirect") await caches.delete(KEPT);
    return fresh;
  } catch (noLine) {
    const page = await kept.match(request.url.split("?")[0]);
    if (page) return page;
    throw noLine;
  }
}
