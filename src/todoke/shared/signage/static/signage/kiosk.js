// After a while without a touch the terminal goes back to its first page and forgets where it was. A page that cannot be
// had is not opened: the one that is there stays.
"use strict";
(() => {
  const home = document.body.dataset.home;
  const idle = Number(document.body.dataset.idle) * 1000;
  let timer;

  const goHome = async () => {
    try {
      const answer = await fetch(home, { cache: "no-store", credentials: "omit" });
      if (answer.ok) return location.replace(home);
    } catch {
      // The network is away; the page that is shown is the best there is.
    }
    scrollTo(0, 0);
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(goHome, idle);
  };

  for (const touch of ["pointerdown", "keydown", "scroll"]) addEventListener(touch, wait, { passive: true });
  wait();
})();
