// The public zone's service worker. Static files come from the cache first: their names change with what is in them.
// Pages come from the network; without it, as they were last seen, else the page that says what can be done offline.
// Nothing that says no-store is kept, and nothing that is sent passes here.
"use strict";
const VERSION = "{{ version }}", OFFLINE = "{{ offline }}", STATIC = "{{ static }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const SHELL = `renda-shell-${VERSION}`, PAGES = "renda-pages", MOST_PAGES = 40;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll([...FILES, OFFLINE])).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("renda-") && name !== SHELL && name !== PAGES;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

const file = async (request) => {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
  return answer;
};
const mayKeep = (answer) => answer.ok && !answer.redirected && !/no-store/.test(answer.headers.get("Cache-Control") || "") && /^text\/html/.test(answer.headers.get("Content-Type") || "");
const keep = async (address, answer) => {
  const pages = await caches.open(PAGES);
  await pages.delete(address); // what was seen last stands last
  await pages.put(address, answer);
  const seen = await pages.keys();
  await Promise.all(seen.slice(0, -MOST_PAGES).map((one) => pages.delete(one)));
};
const page = async (event) => {
  try {
    const answer = await fetch(event.request);
    if (mayKeep(answer)) event.waitUntil(keep(event.request.url, answer.clone()));
    return answer;
  } catch {
    return (await caches.match(event.request.url, { ignoreVary: true })) || (await caches.match(OFFLINE, { ignoreVary: true })) || Response.error();
  }
};
addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event));
});
