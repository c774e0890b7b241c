// The newsroom is better with this and works without it. Nothing is asked of anybody but this site.
"use strict";

// What was done or is wrong is read first, also where a browser does not lead there by itself.
(() => {
  const first = document.querySelector("[autofocus]") || document.getElementById(location.hash.slice(1));
  if (first && document.activeElement === document.body) first.focus();
})();

// Whoever fills in a day and a time means the choice that they belong to.
for (const group of document.querySelectorAll("[data-chooses]")) {
  group.addEventListener("input", () => { group.closest("li").querySelector("[type=radio]").checked = true; });
}

// Until when mails can be undone is counted down; what is over cannot be pressed.
for (const window of document.querySelectorAll(".undo")) {
  const left = window.querySelector(".left");
  const served = Number(window.dataset.seconds) * 1000 + performance.now();
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((served - performance.now()) / 1000));
    left.textContent = seconds ? window.dataset[seconds === 1 ? "one" : "left"].replace("{n}", seconds) : window.dataset.now;
    if (seconds) return setTimeout(tick, 250);
    window.querySelector("form")?.remove();
  };
  tick();
}

// A browser may be told to keep nothing; then nothing is kept.
const stored = (act) => { try { return act(localStorage); } catch { return null; } };
const copies = (store, of = "") => Object.keys(store).filter((name) => name.startsWith(`civicwire:${of}`));
// The site says once, in a cookie, what concerns the copies of what was typed.
const told = (name) => {
  const found = document.cookie.match(`(?:^|; )${name}=([^;]+)`);
  if (found) document.cookie = `${name}=; path=/newsroom; max-age=0`;
  return found && decodeURIComponent(found[1]);
};

// Whoever signs out leaves nothing of theirs in this browser.
(() => {
  const left = told("left");
  if (left) stored((store) => copies(store, `${left}:`).forEach((name) => store.removeItem(name)));
})();

// The editor: what is typed is kept until it is saved, shown as it will look, and what is pasted comes out clean.
(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const said = form.dataset;
  const text = document.getElementById("text");
  const report = document.getElementById("paste-said");
  const key = (of) => `civicwire:${said.who}:${of}`;
  let changed = said.changed === "yes";
  let leaving = false;

  // What is kept: what the form would send but for the proof of the stay and the files; files that were uploaded are
  // in it by name. From which version it was made is no difference that a person sees.
  const LASTS = 7 * 24 * 3600 * 1000;
  const copy = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf");
  const typed = (fields) => JSON.stringify(fields.filter(([name]) => !["version", "revision"].includes(name)));
  const keep = () => stored((store) => store.setItem(key(said.kept), JSON.stringify({ at: Date.now(), fields: copy() })));
  const forget = (of = said.kept) => stored((store) => store.removeItem(key(of)));
  const tidy = () => stored((store) => {
    for (const one of copies(store)) {
      if (!(JSON.parse(store.getItem(one)).at > Date.now() - LASTS)) store.removeItem(one);
    }
  });
  const moment = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: said.zone, dateStyle: "short", timeStyle: "short" })
    .format(new Date(at));
  // A form that is sent and never seen.
  const send = (entries, to) => {
    const made = document.createElement("form");
    Object.assign(made, { method: "post", enctype: "multipart/form-data", hidden: true }, to);
    for (const [name, value] of entries) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      made.append(field);
    }
    document.body.append(made);
    made.submit();
    made.remove();
  };
  // The site makes the form anew from the copy: it alone knows the pictures and files that belong to it.
  const restore = (fields) => {
    leaving = true;
    send([...fields, ["csrf", form.elements.csrf.value], ["do", "restore"]], { action: `${form.action}#text` });
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
    const saved = told("saved");
    if (saved) forget(saved); // the copy has done its work
    tidy();
    if (changed) keep();
    const kept = stored((store) => JSON.parse(store.getItem(key(said.kept))));
    if (!kept || typed(kept.fields) === typed(copy())) return;
    const notice = document.createElement("div");
    notice.className = "notice kept-copy";
    notice.setAttribute("role", "status");
    const sentence = document.createElement("span");
    sentence.textContent = `${said.found} (${moment(kept.at)})`;
    notice.append(sentence,
      button(said.restore, () => restore(kept.fields)),
      button(said.forget, () => { forget(); notice.remove(); text.focus(); }));
    form.parentElement.before(notice);
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => { keep(); show(); }, 600);
  });
  // A title is one line, however many it takes to show it: Enter saves, as it does in a field of one line.
  for (const line of form.querySelectorAll(".sentence")) {
    line.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[name=do]"));
    });
  }
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
    const proof = ["csrf", form.elements.csrf.value];
    send([...copy(), proof, ["live", "yes"]], { action: said.preview + location.search, target: next.name });
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
    if (!given) return takePictures(event);
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
  // A picture alone has no place in the text: it is chosen where pictures are uploaded, and said to be there.
  function takePictures(event) {
    const pictures = [...(event.clipboardData ? event.clipboardData.files : [])].filter((one) => one.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    const field = document.getElementById("new_picture");
    const chosen = new DataTransfer();
    for (const one of [...field.files, ...pictures]) chosen.items.add(one);
    field.files = chosen.files;
    changed = true;
    report.textContent = said.chosen;
  }
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
