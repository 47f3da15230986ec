// Notifications on this device: asks the browser, and sends its subscription with the form around the offer. Without
// this script, or in a browser that cannot do it, the offer says so and the other ways to be told remain.
"use strict";

document.querySelectorAll("[data-push-offer]").forEach((offer) => {
  const button = offer.querySelector("button");
  const address = offer.querySelector("input[type=hidden]");
  const form = button.form;
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  say(offer, can ? "ready" : "unable");
  offer.querySelector("[data-push-act]").hidden = !can;

  button.addEventListener("click", async (event) => {
    if (!address.disabled) return;
    event.preventDefault();
    button.disabled = true;
    say(offer, "asking");
    try {
      if ((await Notification.requestPermission()) !== "granted") return say(offer, "denied");
      address.value = JSON.stringify(await subscription(offer.dataset));
      address.disabled = false;
    } catch {
      return say(offer, "failed");
    } finally {
      button.disabled = false;
    }
    form.requestSubmit(button);
  });
});

function say(offer, what) {
  offer.querySelectorAll("[data-push-says]").forEach((words) => {
    words.hidden = words.dataset.pushSays !== what;
  });
}

async function subscription({ pushWorker, pushKey }) {
  const registration = await navigator.serviceWorker.register(pushWorker);
  await active(registration);
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(pushKey) };
  try {
    return await registration.pushManager.subscribe(wanted);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    // It is bound to a key that the city no longer has.
    await (await registration.pushManager.getSubscription()).unsubscribe();
    return registration.pushManager.subscribe(wanted);
  }
}

function active(registration) {
  if (registration.active) return null;
  const worker = registration.installing || registration.waiting;
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the worker was not installed"));
    });
  });
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
