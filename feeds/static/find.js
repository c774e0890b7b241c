// Shows the divisions with a part of a name while somebody types. Without this script the button beside the field does.
"use strict";

const field = document.getElementById("find");
const none = document.getElementById("find-none");
const groups = document.querySelectorAll("[data-finds]");
const has = (text) => text.toLowerCase().includes(field.value.trim().toLowerCase());

field.addEventListener("input", () => {
  let shown = 0;
  for (const group of groups) {
    const name = group.querySelector("h3");
    const whole = name !== null && has(name.textContent);
    let some = 0;
    for (const item of group.querySelectorAll("li")) {
      const keep = whole || has(item.textContent) || item.querySelector("input").checked;
      item.hidden = !keep;
      some += keep;
    }
    group.hidden = !some;
    shown += some;
    const fold = group.querySelector("details");
    if (fold !== null) fold.open = field.value.trim() !== "" && some > 0;
  }
  none.hidden = shown > 0;
});
// What is found while typing need not be asked for again: the form goes on its way with Enter and every button.
field.removeAttribute("name");
document.getElementsByName("found")[0].remove();
document.querySelector("button[name=finding][value=yes]").remove();
