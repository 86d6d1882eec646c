// Hears that something has changed and lets the page's parts ask again. The contract: renda.kernel.events.
// A part in which somebody is typing is never replaced: a quiet bar offers to refresh instead.
// Pages of the public zone have no stream: a part with data-poll="SECONDS" hears the event live-poll instead.
(() => {
  "use strict";
  const url = "EventSource" in window ? document.body.dataset.liveUrl : "";
  const MOST_KEYS = 64;
  let source = null, opened = "", timer = 0;

  const tokens = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap((part) => part.dataset.live.split(/\s+/)).filter(Boolean))].slice(0, MOST_KEYS);
  // A token is KEY:TIME:SIGNATURE; keys hold colons themselves.
  const keyOf = (token) => token.split(":").slice(0, -2).join(":");
  const raise = (key) => document.body.dispatchEvent(new CustomEvent("live-" + key.replaceAll(":", "-"), { detail: { key } }));

  const listen = () => {
    if (!url) return;
    const wanted = tokens(), mark = wanted.map(keyOf).sort().join(" ");
    if (mark === opened) return;
    opened = mark;
    source?.close();
    source = null;
    if (!wanted.length) return;
    source = new EventSource(url + "?" + wanted.map((token) => "keys=" + encodeURIComponent(token)).join("&"));
    source.addEventListener("message", (event) => raise(event.data));
    source.addEventListener("reset", () => tokens().map(keyOf).forEach(raise));
  };
  const poll = () => {
    const part = document.querySelector("[data-poll]");
    if (!part) return;
    setTimeout(() => { if (!document.hidden) raise("poll"); poll(); }, Number(part.dataset.poll) * 1000);
  };
  const listenSoon = () => { clearTimeout(timer); timer = setTimeout(listen, 1000); };

  const isBeingUsed = (part) => {
    const focused = document.activeElement;
    const typing = focused && part.contains(focused) && focused.matches("input:not([type=hidden]), textarea, select, [contenteditable]");
    return Boolean(typing || part.querySelector("dialog[open]") || window.renda?.isDirty(part));
  };
  const offer = () => {
    if (document.querySelector(".fresh-bar")) return;
    const bar = document.createElement("button");
    bar.type = "button";
    bar.className = "btn fresh-bar no-print";
    bar.textContent = "有新进展，点此刷新";
    bar.addEventListener("click", () => location.reload());
    document.body.append(bar);
    window.renda?.announce("有新进展，可以刷新页面");
  };

  addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.sourceEvent?.type?.startsWith("live-")) ctx.request.headers["X-Renda-Background"] = "1";
  });
  addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail.ctx;
    if (!ctx.sourceEvent?.type?.startsWith("live-")) return;
    if (ctx.target && isBeingUsed(ctx.target)) { event.preventDefault(); event.stopImmediatePropagation(); offer(); }
  }, true);
  // What came from a background request must not blank a part: signed out, gone, a fault.
  addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx;
    if (!ctx.sourceEvent?.type?.startsWith("live-")) return;
    if (ctx.response?.status >= 400 || ctx.response?.raw?.redirected || (ctx.target && isBeingUsed(ctx.target))) { event.preventDefault(); offer(); }
  });
  addEventListener("htmx:after:swap", listenSoon);
  addEventListener("pagehide", () => { source?.close(); source = null; opened = ""; });
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  // A page whose content has been replaced by another's (draft.js).
  document.addEventListener("renda:shown", () => { listen(); poll(); });
  listen();
  poll();
})();
