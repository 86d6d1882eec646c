// The shell of the public zone's pages: the service worker, and elder mode on pages that were kept in the other mode.
(() => {
  "use strict";
  const { worker } = document.currentScript.dataset;
  if (/(?:^|; )elder=1(?:;|$)/.test(document.cookie)) document.documentElement.dataset.mode = "elder";
  else delete document.documentElement.dataset.mode;
  // Browsers inside other apps, and pages without https, have none: everything works without it, but not offline.
  addEventListener("load", () => navigator.serviceWorker?.register(worker, { scope: "/" }).catch(() => {}));
})();
