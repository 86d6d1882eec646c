// Keeps what is typed into <form data-draft="KEY"> on this device, and sends it by itself when the network is back.
// The words are in localStorage (they survive a page that is killed), the photos in IndexedDB; both go after DAYS, when
// the form has been sent, and when somebody says so. Every try has the form's idempotency key, so none counts twice.
// The panel with the words on the screen: ui/draft.html. Without this file the form is sent the plain way.
(() => {
  "use strict";
  const PREFIX = "renda-draft:", SHARED = "renda-shared-device", DAYS = 7;
  const PATIENCE = 120_000, PAUSES = [5, 15, 30, 60, 120, 300]; // ms for one try, seconds between tries
  const UNREACHED = [502, 503, 504];

  // --- What is kept. A browser that allows no storage keeps nothing, and the form still works.
  const box = (work) => { try { return work(localStorage); } catch { return null; } };
  const isShared = () => box((all) => all.getItem(SHARED)) === "1";
  const read = (key) => { try { return JSON.parse(box((all) => all.getItem(PREFIX + key))); } catch { return null; } };
  const write = (key, kept) => box((all) => { all.setItem(PREFIX + key, JSON.stringify(kept)); return true; }) === true;
  const photos = async (mode, work) => {
    try {
      const base = await new Promise((resolve, reject) => {
        const asked = indexedDB.open("renda-drafts", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("photos");
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = asked.onblocked = () => reject(asked.error);
      });
      try {
        return await new Promise((resolve, reject) => {
          const act = base.transaction("photos", mode), asked = work(act.objectStore("photos"));
          act.oncomplete = () => resolve(asked.result);
          act.onerror = act.onabort = () => reject(act.error);
        });
      } finally { base.close(); }
    } catch { return null; }
  };
  const forget = (key) => {
    box((all) => all.removeItem(PREFIX + key));
    return photos("readwrite", (all) => all.delete(key));
  };
  const kept = () => (box((all) => Object.keys(all)) || []).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)).map((key) => ({ key, ...read(key) }));
  // A key without a time is one that cannot be read.
  kept().filter(({ at }) => !(Date.now() - at < DAYS * 86_400_000)).forEach(({ key }) => forget(key));

  const day = (at) => new Date(at).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  const link = (one, words) => { const made = document.createElement("a"); made.href = one.url; made.textContent = words; return made; };

  // --- Other pages say what has not been sent; the page for no network lists everything that is kept.
  const tell = () => {
    const list = document.querySelector("[data-drafts]");
    if (list && kept().length) {
      list.querySelector("ul").replaceChildren(...kept().map((one) => {
        const item = document.createElement("li");
        item.append(link(one, one.title), ` ${day(one.at)}，${one.waiting ? "等待发送" : "没有写完"}`);
        return item;
      }));
      list.hidden = false;
    }
    const waiting = kept().filter((one) => one.waiting);
    if (list || !waiting.length || document.querySelector("form[data-draft]")) return;
    const bar = document.createElement("p");
    bar.className = "notice unsent no-print";
    bar.setAttribute("role", "status");
    bar.append("有一条留言还没有发出去：", link(waiting[0], `${waiting[0].title}，接着发送`));
    document.getElementById("main").prepend(bar);
  };

  // --- The form.
  const bind = (form) => {
    const key = form.dataset.draft, panel = form.querySelector("[data-draft-panel]");
    if (!panel || !window.fetch) return;
    const part = (name) => panel.querySelector(`[data-draft-${name}]`);
    const press = form.elements.idempotency_key, files = form.querySelector("input[type=file]");
    const typed = () => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type));
    const isTick = (field) => ["checkbox", "radio"].includes(field.type);
    const mark = (field) => isTick(field) ? `${field.name}=${field.value}` : field.name;
    let waiting = false, sending = false, restoring = false, tries = 0, timer = 0, soon = 0, stored = Promise.resolve("");

    const say = (words) => { part("said").textContent = words; part("clear").hidden = !words; };
    const isEmpty = () => typed().every((field) => isTick(field) ? field.checked === field.defaultChecked : field.value.trim() === "") && !files?.files.length;
    const save = () => {
      clearTimeout(soon);
      if (isShared()) return;
      if (isEmpty()) { drop(); return; }
      const values = Object.fromEntries(typed().map((field) => [mark(field), isTick(field) ? field.checked : field.value]));
      const done = write(key, { at: Date.now(), url: location.pathname + location.search, title: document.querySelector("h1").textContent.trim(), press: press.value, waiting, values });
      if (done) form.dataset.kept = "1"; // forms.js does not ask before such a page is left
      say(done ? `草稿已保存在这台设备上，${DAYS} 天后自动删除。` : "");
    };
    const drop = () => { clearTimeout(soon); forget(key); delete form.dataset.kept; say(""); };
    const savePhotos = () => {
      if (isShared() || restoring) return;
      const chosen = [...files.files];
      stored = photos("readwrite", (all) => all.put(chosen, key));
      stored.then((done) => { if (done === null && chosen.length) say(`文字已保存在这台设备上，照片没能保存，${DAYS} 天后自动删除。`); });
      save();
    };
    const restore = async () => {
      const before = isShared() ? null : read(key);
      if (!before) return;
      typed().forEach((field) => {
        const value = before.values[mark(field)];
        if (value === undefined) return;
        if (isTick(field)) field.checked = value; else field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      press.value = before.press;
      clearTimeout(soon);
      say(`已恢复${day(before.at)}没有发出的内容。`);
      const pictures = files && !files.files.length ? await photos("readonly", (all) => all.get(key)) : null;
      restoring = true;
      if (pictures?.length) choose(files, pictures);
      restoring = false;
      if (before.waiting) send();
    };

    // --- Sending. What the server answers takes the place of the page's content, so nothing has to be asked for twice.
    const busy = (is) => {
      sending = is;
      form.querySelectorAll("button:not([type=button])").forEach((button) => ["aria-busy", "aria-disabled"].forEach((name) => {
        if (is) button.setAttribute(name, "true"); else button.removeAttribute(name);
      }));
    };
    const calm = () => { waiting = false; clearTimeout(timer); part("waiting").hidden = true; save(); };
    const wait = () => {
      waiting = true;
      save();
      part("waiting").hidden = false;
      if (!tries) part("waiting").scrollIntoView({ block: "center" });
      part("stays").textContent = isShared() ? "请不要关闭本页，关闭后内容不会保留。" : `关闭本页也不会丢：${DAYS} 天内在这台设备上再打开，会接着发送。`;
      window.renda?.announce("网络不通，留言还没有发出，连上网后自动发送");
      timer = setTimeout(send, PAUSES[Math.min(tries++, PAUSES.length - 1)] * 1000);
    };
    const send = async () => {
      if (sending || !form.isConnected) return;
      clearTimeout(timer);
      busy(true);
      save();
      await stored;
      const stop = new AbortController(), limit = setTimeout(() => stop.abort(), PATIENCE);
      let answer, html;
      const sent = new FormData(form);
      if (waiting) sent.set("unattended", "1"); // the server asks nothing back then
      try {
        answer = await fetch(form.action, { method: "POST", body: sent, signal: stop.signal });
        html = await answer.text();
      } catch { answer = null; }
      clearTimeout(limit);
      busy(false);
      if (!answer || UNREACHED.includes(answer.status)) { wait(); return; }
      calm();
      if (answer.ok && answer.redirected) { form.dataset.sent = "1"; drop(); }
      if (!show(answer, html, files ? [...files.files] : [])) {
        say(`没有发出：服务器没有接受（${answer.status}）。填写的内容还在，请减少照片后再试。`);
        part("said").scrollIntoView({ block: "center" });
      }
    };

    panel.hidden = false;
    part("shared").checked = isShared();
    form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(save, 400); });
    files?.addEventListener("change", savePhotos);
    addEventListener("pagehide", () => { if (form.isConnected && !form.dataset.sent && window.renda?.isDirty(form)) save(); });
    addEventListener("online", () => { if (waiting) send(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
    part("retry").addEventListener("click", send);
    part("edit").addEventListener("click", () => { calm(); form.querySelector("textarea, input:not([type=hidden])").focus(); });
    part("clear").addEventListener("click", () => {
      form.reset();
      if (files) choose(files, []);
      typed().forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
      calm();
      drop();
      window.renda?.announce("草稿已清除");
    });
    part("shared").addEventListener("change", (event) => {
      if (event.target.checked) {
        box((all) => all.setItem(SHARED, "1"));
        kept().forEach((one) => forget(one.key));
        window.caches?.delete("renda-pages");
        drop();
      } else { box((all) => all.removeItem(SHARED)); if (files) savePhotos(); else save(); }
    });
    restore();
  };

  const choose = (input, chosen) => {
    try {
      const all = new DataTransfer();
      chosen.forEach((file) => all.items.add(file));
      input.files = all.files;
    } catch { return; } // an old browser: the photos are chosen once more by hand
    input.dispatchEvent(new CustomEvent("renda:chosen"));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = (answer, html, chosen) => {
    const said = new DOMParser().parseFromString(html, "text/html"), sheet = said.querySelector(".sheet");
    if (!sheet) return false; // not a page of ours: something in between has refused it
    document.querySelector(".sheet").replaceWith(sheet);
    document.title = said.title;
    if (answer.redirected) history.replaceState(null, "", answer.url);
    window.renda?.prepare(sheet);
    window.htmx?.process(sheet);
    const form = sheet.querySelector("form[data-draft]"), files = form?.querySelector("input[type=file]");
    if (files && chosen.length) choose(files, chosen);
    if (form) bind(form);
    scrollTo(0, 0);
    (sheet.querySelector("[data-focus]") || sheet.querySelector("main")).focus();
    document.dispatchEvent(new CustomEvent("renda:shown"));
    return true;
  };

  document.querySelectorAll("form[data-draft]").forEach(bind);
  tell();
})();
