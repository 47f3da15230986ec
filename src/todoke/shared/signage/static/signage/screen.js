// Turns the pages of a screen without leaving the page: while the network is away, the last copies go on turning, and the
// screen says that they are old. Without this script the page turns by its meta refresh.
"use strict";
(() => {
  const copies = new Map();
  const cutOff = document.getElementById("cut-off");
  let misses = 0;

  const screen = () => document.getElementById("screen");

  // The lights follow the copy too: day or night is the server's word.
  const show = (address, copy) => {
    document.body.className = copy.body.className;
    screen().replaceWith(document.importNode(copy.getElementById("screen"), true));
    copies.set(address, copy);
  };

  const turn = async () => {
    const address = screen().dataset.next;
    try {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), 8000);
      const answer = await fetch(address, { signal: abort.signal, cache: "no-store", credentials: "omit" });
      const copy = new DOMParser().parseFromString(await answer.text(), "text/html");
      clearTimeout(timer);
      if (!answer.ok || !copy.getElementById("screen")) throw new Error("no page of ours");
      misses = 0;
      cutOff.hidden = true;
      show(address, copy);
    } catch {
      misses += 1;
      // One lost answer is nothing; after two the reader is told.
      cutOff.hidden = misses < 2;
      if (copies.has(address)) show(address, copies.get(address));
    }
    setTimeout(turn, Number(screen().dataset.seconds) * 1000);
  };

  setTimeout(turn, Number(screen().dataset.seconds) * 1000);
})();
