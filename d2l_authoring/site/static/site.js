// What style sheets cannot do: print what is folded, and let the keyboard scroll what is wider than the page.
"use strict";

const folds = () => document.querySelectorAll("details");
let closed = [];

window.addEventListener("beforeprint", () => {
  closed = [...folds()].filter((fold) => !fold.open);
  for (const fold of closed) fold.open = true;
});

window.addEventListener("afterprint", () => {
  for (const fold of closed) fold.open = false;
});

function letKeyboardScroll() {
  for (const wide of document.querySelectorAll("pre, .table-wrapper, .math-wrapper, .output")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

window.addEventListener("load", letKeyboardScroll);
window.addEventListener("resize", letKeyboardScroll);
document.addEventListener("toggle", letKeyboardScroll, true); // what was folded had no width

// On a narrow screen: what was chosen in a drawer lies behind it
function closeDrawers() {
  for (const box of document.querySelectorAll(".drawer-switches input")) box.checked = false;
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeDrawers(); });
document.addEventListener("click", (event) => { if (event.target.closest(".toc-tree a")) closeDrawers(); });
