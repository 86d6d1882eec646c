// Choosing rows of a list by mouse and keyboard. Without this file the boxes and the button do the same.
(() => {
  "use strict";
  const OFF = "renda.picks.off";
  const form = () => document.querySelector("form[data-picks]");
  const boxes = () => { const one = form(); return one ? [...document.querySelectorAll(`input[name="row"][form="${one.id}"]`)] : []; };
  const line = (box) => box.closest("tr");
  let at = -1, last = null, asked = 0, timer = 0;
  const isOn = () => { try { return localStorage.getItem(OFF) !== "1"; } catch { return true; } };

  // What may be done with all that are chosen is the server's to say; a late answer to an older choice is dropped.
  const askMoves = async (chosen) => {
    const one = form(), place = one?.querySelector("[data-picks-moves]"), mine = ++asked;
    if (!place || !one.dataset.moves || !chosen.length) return;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${one.dataset.moves}?${new URLSearchParams(new FormData(one))}`, { credentials: "same-origin" });
      if (answer.ok && mine === asked) place.innerHTML = await answer.text();
    } catch { /* the server says it again when the button is pressed */ }
    finally { place.removeAttribute("aria-busy"); one.querySelector("button:not([type])").disabled = !place.querySelector("select"); }
  };
  const tell = () => {
    const one = form();
    if (!one) return;
    const chosen = boxes().filter((box) => box.checked);
    boxes().forEach((box) => line(box).classList.toggle("is-picked", box.checked));
    one.classList.toggle("has-picks", chosen.length > 0);
    one.querySelector("[data-picks-count]").textContent = chosen.length ? `已选 ${chosen.length} 件` : "勾选多件后可以一起办理。";
    one.querySelector("button:not([type])").disabled = !chosen.length;
    clearTimeout(timer);
    timer = setTimeout(() => askMoves(chosen), 200);
  };
  const go = (index) => {
    const all = boxes();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, index));
    all[at].focus();
    line(all[at]).scrollIntoView({ block: "nearest" });
  };
  const span = (from, to) => { const all = boxes(), [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y); return a < 0 ? [] : all.slice(a, b + 1); };

  addEventListener("click", (event) => {
    const label = event.target.closest?.("td.pick label");
    if (event.shiftKey && label && last?.isConnected) getSelection()?.removeAllRanges();
    const box = event.target.matches?.('td.pick input[name="row"]') ? event.target : null;
    if (!box) return;
    if (event.shiftKey && last?.isConnected && last !== box) span(last, box).forEach((one) => { one.checked = box.checked; });
    last = box;
    at = boxes().indexOf(box);
    tell();
  });

  const isTyping = (part) => part.closest?.("textarea, select, [contenteditable], dialog[open], input:not([type=checkbox])");
  addEventListener("keydown", (event) => {
    const one = form();
    if (!one || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const all = boxes(), now = all.indexOf(document.activeElement);
    if (now >= 0) at = now;
    if (event.key === "Escape") {
      if (all.some((box) => box.checked)) { all.forEach((box) => { box.checked = false; }); tell(); event.preventDefault(); }
      return;
    }
    if (!isOn()) return;
    const does = {
      j: () => go(at + 1),
      k: () => go(at < 0 ? 0 : at - 1),
      x: () => { if (at >= 0 && all[at]) { all[at].checked = !all[at].checked; last = all[at]; tell(); } },
      a: () => { const every = all.every((box) => box.checked); all.forEach((box) => { box.checked = !every; }); tell(); },
      "?": () => document.getElementById(one.querySelector("[data-picks-keys]").dataset.opens)?.showModal(),
    }[event.key];
    if (event.key === "Enter" && now >= 0) { line(all[now]).querySelector("th a")?.click(); event.preventDefault(); return; }
    if (does) { event.preventDefault(); does(); }
  });

  addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-picks-on]")) return;
    try { if (event.target.checked) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1"); } catch { /* kept for this page only */ }
  });
  const prepare = () => {
    const one = form();
    if (!one) return;
    at = -1; last = null;
    one.querySelector("[data-picks-keys]").hidden = false;
    document.querySelectorAll("[data-picks-on]").forEach((box) => { box.checked = isOn(); });
    tell();
  };
  prepare();
  addEventListener("pageshow", (event) => { if (event.persisted) prepare(); });
  addEventListener("htmx:after:swap", prepare);
})();
