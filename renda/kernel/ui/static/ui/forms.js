// Comfort for forms and parts. Every page works without this file.
(() => {
  "use strict";
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const matchingParts = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...$$(selector, root)];
  const announce = (text) => { const line = document.getElementById("announce"); if (line) line.textContent = text; };
  const snapshot = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name + value.size : value]));

  // --- What was typed: a form is dirty when it differs from how it came.
  const before = new WeakMap();
  const isWrite = (form) => form.method === "post";
  const remember = (form) => { if (isWrite(form) && !before.has(form)) before.set(form, snapshot(form)); };
  const isDirty = (form) => before.has(form) && before.get(form) !== snapshot(form);
  window.renda = { isDirty: (root) => matchingParts(root, "form").some(isDirty), announce, prepare: (root) => prepare(root) };
  addEventListener("beforeunload", (event) => {
    if ($$("form").some((form) => !form.dataset.sent && !form.dataset.kept && isDirty(form))) event.preventDefault();
  });

  // --- A second press of a sent form does nothing; coming back with the browser's button frees it again.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!isWrite(form) || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const pressed = event.submitter;
    setTimeout(() => { pressed?.setAttribute("aria-busy", "true"); pressed?.setAttribute("aria-disabled", "true"); announce("正在提交"); });
  });
  const free = (form) => {
    delete form.dataset.sent;
    $$("[aria-busy]", form).concat($$(`[form="${form.id}"][aria-busy]`)).forEach((button) => { button.removeAttribute("aria-busy"); button.removeAttribute("aria-disabled"); });
  };
  addEventListener("pageshow", (event) => { if (event.persisted) $$("form").forEach(free); });

  // --- How many characters are left.
  const count = (area) => {
    const limit = Number(area.dataset.counter), length = [...area.value].length;
    const line = area.nextElementSibling;
    line.textContent = length > limit ? `超出 ${length - limit} 字` : `${length} / ${limit} 字`;
    line.classList.toggle("over", length > limit);
  };
  const withCounter = (area) => {
    if (area.nextElementSibling?.classList.contains("counter")) return;
    const line = document.createElement("span");
    line.className = "counter";
    area.after(line);
    // The server says it in words; cutting off silently would lose text.
    area.removeAttribute("maxlength");
    area.addEventListener("input", () => count(area));
    count(area);
  };

  // --- Chosen files: what they are, small pictures, take one out again.
  const size = (bytes) => bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const showChosen = (input, list) => {
    $$("img", list).forEach((picture) => URL.revokeObjectURL(picture.src));
    list.replaceChildren(...[...input.files].map((file, index) => {
      const item = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const picture = document.createElement("img");
        picture.alt = ""; picture.src = URL.createObjectURL(file); item.append(picture);
      }
      const name = document.createElement("span");
      name.className = "name"; name.textContent = `${file.name}（${size(file.size)}）`;
      const away = document.createElement("button");
      away.type = "button"; away.className = "btn btn-quiet"; away.textContent = "移除";
      away.setAttribute("aria-label", `移除 ${file.name}`);
      away.addEventListener("click", () => {
        const rest = new DataTransfer();
        [...input.files].forEach((other, at) => { if (at !== index) rest.items.add(other); });
        input.files = rest.files; showChosen(input, list); input.focus();
      });
      item.append(name, away);
      return item;
    }));
    announce(input.files.length ? `已选择 ${input.files.length} 个文件` : "");
  };
  const withPreview = (input) => {
    if (input.nextElementSibling?.classList.contains("chosen")) return;
    const list = document.createElement("ul");
    list.className = "chosen";
    input.after(list);
    let kept = [];
    input.addEventListener("change", () => {
      // A second choice adds to the first one, as people expect of photos.
      const all = new DataTransfer(), seen = new Set();
      [...kept, ...input.files].forEach((file) => {
        const mark = `${file.name}/${file.size}/${file.lastModified}`;
        if (!seen.has(mark)) { seen.add(mark); all.items.add(file); }
      });
      if (input.multiple) input.files = all.files;
      kept = [...input.files];
      showChosen(input, list);
    });
    list.addEventListener("click", () => { kept = [...input.files]; });
    input.addEventListener("renda:chosen", () => { kept = []; });
  };

  // --- A picture in the clipboard goes into the page's field for pictures, wherever it is pasted.
  addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files || [])].filter((file) => file.type.startsWith("image/"));
    const input = document.querySelector("input[data-pasted]");
    if (!input || !pictures.length) return;
    event.preventDefault();
    const all = new DataTransfer();
    // What comes from the clipboard is always called image.png.
    [...input.files].forEach((file) => all.items.add(file));
    pictures.forEach((file, at) => all.items.add(new File([file], `截图${input.files.length + at + 1}.${file.type.split("/")[1]}`, { type: file.type })));
    input.files = all.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // --- Panels: a link to a form inside a closed <details> opens it and goes to its first field.
  const reveal = (id, { focus = true } = {}) => {
    const target = id && document.getElementById(id);
    const panel = target?.closest("details.act");
    if (!panel) return;
    panel.open = true;
    if (focus) (target.querySelector("input:not([type=hidden]), select, textarea, button") || target).focus();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link) setTimeout(() => reveal(link.hash.slice(1)));
    $$("details.drop[open]").forEach((drop) => { if (!drop.contains(event.target)) drop.open = false; });
    const opener = event.target.closest?.("[data-opens]");
    if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const drop = event.target.closest?.("details.drop[open]");
    if (drop) { drop.open = false; drop.querySelector("summary").focus(); }
  });

  // --- The bar at the thumb steps aside while the buttons themselves are in view.
  const withReach = (bar) => {
    const target = document.getElementById(bar.dataset.reach);
    if (!target || !("IntersectionObserver" in window)) return;
    new IntersectionObserver(([seen]) => { bar.hidden = seen.isIntersecting; }, { rootMargin: "0px 0px -80px 0px" }).observe(target);
  };

  const prepare = (root) => {
    matchingParts(root, "form").forEach(remember);
    matchingParts(root, "textarea[data-counter]").forEach(withCounter);
    matchingParts(root, "input[data-files]").forEach(withPreview);
    matchingParts(root, "[data-reach]").forEach(withReach);
    matchingParts(root, "[data-focus]").slice(0, 1).forEach((part) => part.focus());
  };
  prepare(document);
  if (location.hash) reveal(location.hash.slice(1), { focus: false });

  // --- Parts: busy while asked for, announced and prepared when they come.
  addEventListener("htmx:before:request", (event) => event.detail.ctx.target?.setAttribute?.("aria-busy", "true"));
  addEventListener("htmx:finally:request", (event) => {
    const { target, sourceElement } = event.detail.ctx;
    target?.removeAttribute?.("aria-busy");
    const form = sourceElement?.closest?.("form");
    if (form) free(form);
  });
  addEventListener("htmx:after:swap", (event) => {
    const { target, response } = event.detail.ctx;
    const root = target?.isConnected ? target : target?.id ? document.getElementById(target.id) : null;
    prepare(root || document);
    announce(response?.status >= 400 ? "没有成功，请看提示" : "内容已更新");
  });
  addEventListener("htmx:error", () => announce("网络不通，请稍后再试"));
})();
