// The editor is better with this and works without it: what is typed is kept until it is saved, shown as it will look,
// and what is pasted comes out clean. Nothing is asked of anybody but this site.
"use strict";

(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const said = form.dataset;
  const text = document.getElementById("text");
  const report = document.getElementById("paste-said");
  const key = (of) => `civicwire:${said.who}:${of}`;
  let changed = said.changed === "yes";
  let leaving = false;

  const faults = document.querySelector(".faults");
  if (faults) faults.focus();

  // What is kept: the fields that a person fills in, never the proof of the stay, never a file.
  const LASTS = 7 * 24 * 3600 * 1000;
  const fields = () => [...form.elements].filter((one) => one.name
    && !["file", "submit", "button", "fieldset", "hidden"].includes(one.type));
  const ticked = (one) => one.type === "checkbox" || one.type === "radio";
  const copy = () => fields().map((one) => [one.name, one.value, ticked(one) ? one.checked : null]);
  // A browser may be told to keep nothing; then nothing is kept.
  const stored = (act) => { try { return act(localStorage); } catch { return null; } };
  const keep = () => stored((store) => store.setItem(key(said.kept), JSON.stringify({ at: Date.now(), fields: copy() })));
  const forget = (of = said.kept) => stored((store) => store.removeItem(key(of)));
  const tidy = () => stored((store) => {
    for (const one of Object.keys(store).filter((name) => name.startsWith("civicwire:"))) {
      if (!(JSON.parse(store.getItem(one)).at > Date.now() - LASTS)) store.removeItem(one);
    }
  });
  const restore = (values) => {
    for (const one of fields()) {
      const mine = values.find(([name, value]) => name === one.name && (!ticked(one) || value === one.value));
      if (mine && ticked(one)) one.checked = mine[2];
      else if (mine) one.value = mine[1];
    }
    changed = true;
    show();
  };

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button quiet";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  const offer = () => {
    // The site says in a cookie what it has saved: the copy of that has done its work.
    const saved = document.cookie.match(/(?:^|; )saved=([\w-]+)/);
    if (saved) {
      forget(saved[1]);
      document.cookie = "saved=; path=/newsroom; max-age=0";
    }
    tidy();
    const kept = stored((store) => JSON.parse(store.getItem(key(said.kept))));
    if (!kept || changed || JSON.stringify(kept.fields) === JSON.stringify(copy())) return;
    const notice = document.createElement("div");
    notice.className = "notice kept-copy";
    notice.setAttribute("role", "status");
    const sentence = document.createElement("span");
    sentence.textContent = `${said.found} (${new Date(kept.at).toLocaleString(document.documentElement.lang)})`;
    const gone = () => { notice.remove(); text.focus(); };
    notice.append(sentence,
      button(said.restore, () => { restore(kept.fields); gone(); }),
      button(said.forget, () => { forget(); gone(); }));
    form.parentElement.before(notice);
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => { keep(); show(); }, 600);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    if (leaving) event.preventDefault(); // pressed twice: the first is on its way
    if (changed) keep();
    leaving = true;
    setTimeout(() => { leaving = false; }, 10000); // nothing came of it: it may be sent again
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { leaving = false; });

  // The preview is a page in a frame, sent a copy of the form without its files. Each time in a new frame, so that
  // "back" leads to the page before this one; it takes the place of the old one when it is ready.
  const glass = document.getElementById("glass");
  let seen = false;
  let stale = true;
  let busy = false;
  let shown = 0;
  const inside = (frame) => {
    try { return frame.contentDocument; } catch { return null; } // an answer that is not ours
  };
  const windows = (page) => [page, ...[...page.querySelectorAll("iframe")].map(inside)].filter(Boolean);
  function show() {
    stale = true;
    if (!seen || busy) return;
    busy = true;
    stale = false;
    const old = glass.querySelector("iframe");
    const next = old.cloneNode();
    next.name = `glass-${(shown += 1)}`; // a window keeps the name that it was made with
    next.className = "coming";
    glass.append(next);
    const copied = document.createElement("form");
    Object.assign(copied, { method: "post", action: said.preview + location.search, target: next.name, hidden: true });
    const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    for (const [name, value] of [...entries, ["live", "yes"]]) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      copied.append(field);
    }
    next.addEventListener("load", () => {
      const before = inside(old);
      const after = inside(next);
      const tab = before && before.querySelector("[name=show]:checked");
      if (after && tab && after.getElementById(tab.id)) after.getElementById(tab.id).checked = true;
      const places = before ? windows(before).map((page) => page.scrollingElement && page.scrollingElement.scrollTop) : [];
      next.className = "";
      old.remove();
      next.name = "glass";
      if (after) windows(after).forEach((page, at) => { if (places[at]) page.scrollingElement.scrollTop = places[at]; });
      busy = false;
      if (stale) show();
    }, { once: true });
    document.body.append(copied);
    copied.submit();
    copied.remove();
  }
  if (glass) {
    glass.hidden = false;
    new IntersectionObserver(([one]) => {
      seen = one.isIntersecting;
      if (seen && stale) show();
    }).observe(glass);
  }

  // What comes from a document or a page brings its whole dress along: the site takes it off.
  const LARGEST = 1900000;
  text.addEventListener("paste", (event) => {
    const given = event.clipboardData && event.clipboardData.getData("text/html");
    if (!given) return;
    const plain = event.clipboardData.getData("text/plain");
    const html = given.replace(/(["'(])data:[^"')]*/gi, "$1data:,"); // pictures are heavy, and left out anyway
    event.preventDefault();
    const body = new FormData();
    body.append("csrf", form.elements.csrf.value);
    body.append("form", form.elements.form.value);
    body.append("html", html);
    const asked = new Blob([html]).size > LARGEST
      ? Promise.reject(new Error("too large"))
      : fetch(said.paste, { method: "POST", body, credentials: "same-origin" });
    asked
      .then((answer) => (answer.ok ? answer.text().then((clean) => [clean, answer]) : Promise.reject(answer)))
      .then(([clean, answer]) => {
        const images = Number(answer.headers.get("X-Images-Left-Out") || 0);
        insert(clean);
        report.textContent = images ? `${said.cleaned} ${said.images}` : said.cleaned;
      })
      .catch(() => {
        insert(plain);
        report.textContent = said.plain;
      });
  });
  function insert(clean) {
    text.focus();
    // The old command is the one that "undo" knows of.
    if (!document.execCommand("insertText", false, clean)) {
      text.setRangeText(clean, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  offer();
})();
