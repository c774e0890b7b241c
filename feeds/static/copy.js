// Puts the address of a feed on the clipboard. Without this script the address can be marked and copied by hand.
"use strict";

const said = document.getElementById("copied");

// The old way also works where the page did not come by https.
const byHand = (address) => {
  const field = document.createElement("textarea");
  field.value = address;
  field.readOnly = true;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done ? Promise.resolve() : Promise.reject(new Error("refused"));
};
const copy = (address) => (navigator.clipboard
  ? navigator.clipboard.writeText(address).catch(() => byHand(address))
  : byHand(address));

for (const button of document.querySelectorAll("button[data-copy]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    copy(button.dataset.copy).then(() => {
      button.textContent = said.dataset.done;
      said.textContent = `${said.dataset.done}: ${button.dataset.copy}`;
      button.focus();
      setTimeout(() => { button.textContent = label; }, 2500);
    }, () => { said.textContent = said.dataset.failed; });
  });
}
