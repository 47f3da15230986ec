// The counter where the line may be cut: what is typed is sealed, kept on this device, and sent when there is a line.
// Without this script, or in a browser that cannot do it, the page is an ordinary form.
"use strict";

const form = document.querySelector("[data-away]");
const queue = document.querySelector("[data-queue]");
const able = "serviceWorker" in navigator && "indexedDB" in window && window.crypto && crypto.subtle && "caches" in window;
const AGAIN_MS = 30_000;
const KEPT = "todoke-away-1";
let sending = false;

if (form && able) begin();

async function begin() {
  try {
    await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope });
    await keepThisPage();
    await draw();
  } catch {
    return say("unable");
  }
  form.addEventListener("submit", save);
  queue.hidden = false;
  queue.querySelector("[data-send]").hidden = false;
  queue.querySelector("[data-send]").addEventListener("click", () => send());
  window.addEventListener("online", () => send());
  window.addEventListener("offline", () => say("away"));
  window.setInterval(() => send(), AGAIN_MS);
  navigator.storage?.persist?.();
  say(navigator.onLine ? "ready" : "away");
  form.dataset.ready = "1";
  send();
}

// The first visit is over before the worker is there: the page puts itself and its parts away.
async function keepThisPage() {
  if (!navigator.onLine) return;
  const parts = performance.getEntriesByType("resource").map((each) => each.name.split("?")[0]);
  const own = parts.filter((each) => each.startsWith(`${location.origin}/static/`));
  const kept = await caches.open(KEPT);
  await Promise.allSettled([location.pathname, ...own].map((each) => kept.add(each)));
}

// ---- writing ------------------------------------------------------------------------------------------------------

async function save(event) {
  event.preventDefault();
  const button = form.querySelector("[data-save]");
  button.disabled = true;
  try {
    const key = crypto.randomUUID();
    const sealed = await seal(await contents(), key);
    const slip = { key, sealed, title: form.dataset.title, address: form.dataset.send, procedure: form.dataset.procedure };
    await change((slips) => slips.put({ ...slip, written: Date.now(), state: "waiting", says: [], number: "", link: "" }));
    form.reset();
    await draw();
    say("kept", shown(key));
    document.querySelector("h1").focus();
    send();
  } catch {
    // Nothing was cleared. With a line the page still goes the ordinary way.
    if (navigator.onLine) return form.submit();
    say("unkept");
  } finally {
    button.disabled = false;
  }
}

async function contents() {
  const fields = [];
  const files = [];
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken" || name === "slip") continue;
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) files.push([name, value.name, value.type, base64(await value.arrayBuffer())]);
  }
  return JSON.stringify({ version: Number(form.dataset.version), fields, files });
}

// ECDH P-256, HKDF-SHA256, AES-256-GCM; the pair of this slip is forgotten at once, so this device cannot read it again.
async function seal(text, key) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const office = await crypto.subtle.importKey("raw", bytes(form.dataset.publicKey), curve, false, []);
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: office }, pair.privateKey, 256);
  const root = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const told = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoded("todoke slip 1") };
  const cipher = await crypto.subtle.deriveKey(told, root, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bound = encoded(`${key}|${form.dataset.procedure}`);
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, cipher, encoded(text));
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return new Blob([new Uint8Array([1]), point, iv, hidden]).arrayBuffer();
}

// ---- sending ------------------------------------------------------------------------------------------------------

async function send() {
  if (sending) return;
  sending = true;
  try {
    const waiting = (await all()).filter((slip) => slip.state === "waiting");
    if (!waiting.length) return;
    const mark = await freshMark();
    if (!mark) return;
    for (const [done, slip] of waiting.entries()) {
      say("sending", `${done + 1} / ${waiting.length}`);
      if (!(await sendOne(slip, mark))) return;
      await draw();
    }
    say("sent");
  } finally {
    sending = false;
  }
}

async function freshMark() {
  try {
    const answer = await fetch(form.dataset.mark, { cache: "no-store", redirect: "error" });
    if (answer.ok) return (await answer.json()).mark;
  } catch {
    // Sent on to sign in looks the same as no line; a line that is there asks for the sign-in.
  }
  say(navigator.onLine ? "signed-out" : "away");
  return null;
}

async function sendOne(slip, mark) {
  const posted = new FormData();
  posted.append("key", slip.key);
  posted.append("written_at", slip.written);
  posted.append("sealed", new Blob([slip.sealed], { type: "application/octet-stream" }), "slip");
  let told;
  try {
    const answer = await fetch(slip.address, { method: "POST", body: posted, headers: { "X-CSRFToken": mark, Accept: "application/json" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    told = await answer.json();
  } catch {
    say(navigator.onLine ? "failed" : "away");
    return false;
  }
  const isThere = told.state === "filed" || told.state === "mend";
  // What the office has keeps no second copy here.
  const rest = { state: told.state, says: told.says, number: told.number, link: told.address, ...(isThere ? { sealed: null } : {}) };
  await change((slips) => slips.put({ ...slip, ...rest }));
  return true;
}

// ---- the list -----------------------------------------------------------------------------------------------------

async function draw() {
  const slips = (await all()).sort((one, other) => other.written - one.written);
  const list = queue.querySelector("[data-slips]");
  list.replaceChildren(...slips.map(row));
  const waiting = slips.filter((slip) => slip.state === "waiting").length;
  queue.querySelector("[data-waiting]").textContent = String(waiting);
  queue.querySelector("[data-sent]").textContent = String(slips.length - waiting);
  queue.querySelector("[data-nothing]").hidden = slips.length > 0;
}

function row(slip) {
  const drawn = queue.querySelector("template").content.cloneNode(true).firstElementChild;
  const put = (name, text) => (drawn.querySelector(`[data-${name}]`).textContent = text);
  put("code", shown(slip.key));
  put("title", slip.title);
  put("time", new Date(slip.written).toLocaleString(document.documentElement.lang || "ja"));
  put("number", slip.number);
  drawn.dataset.state = slip.state;
  drawn.querySelectorAll("[data-in]").forEach((each) => (each.hidden = !each.dataset.in.split(" ").includes(slip.state)));
  drawn.querySelector("[data-says]").replaceChildren(...slip.says.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  drawn.querySelectorAll("a").forEach((link) => (link.href = slip.link || "#"));
  drawn.querySelector("[data-away-with]").addEventListener("click", () => drop(slip, drawn));
  drawn.querySelector("[data-again]").addEventListener("click", () => again(slip));
  return drawn;
}

// What the office does not have goes only after a second press.
async function drop(slip, drawn) {
  const sure = drawn.querySelector("[data-sure]");
  if (slip.sealed && sure.hidden) {
    sure.hidden = false;
    return;
  }
  await change((slips) => slips.delete(slip.key));
  await draw();
}

// Refused for now: a form that was closed may open again.
async function again(slip) {
  await change((slips) => slips.put({ ...slip, state: "waiting", says: [] }));
  await draw();
  send();
}

// ---- the store ----------------------------------------------------------------------------------------------------

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("todoke-away", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("slips", { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function change(act) {
  const store = await opened();
  const turn = store.transaction("slips", "readwrite", { durability: "strict" });
  act(turn.objectStore("slips"));
  return new Promise((resolve, reject) => {
    turn.oncomplete = () => resolve(store.close());
    turn.onabort = turn.onerror = () => reject(turn.error);
  });
}

async function all() {
  const store = await opened();
  const asked = store.transaction("slips").objectStore("slips").getAll();
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  }).finally(() => store.close());
}

// ---- small things -------------------------------------------------------------------------------------------------

// What is said of the last slip stands beside what is said of the line.
function say(what, detail = "") {
  const said = document.querySelector(`[data-say="${what}"]`);
  said.parentElement.querySelectorAll("[data-say]").forEach((words) => (words.hidden = words !== said));
  const place = said.querySelector("[data-detail]");
  if (place) place.textContent = detail;
}

function shown(key) {
  return key.slice(0, 8).toUpperCase().replace(/(.{4})/, "$1-");
}

function encoded(text) {
  return new TextEncoder().encode(text);
}

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

function base64(buffer) {
  let text = "";
  const all = new Uint8Array(buffer);
  for (let place = 0; place < all.length; place += 0x8000) text += String.fromCharCode(...all.subarray(place, place + 0x8000));
  return btoa(text);
}
