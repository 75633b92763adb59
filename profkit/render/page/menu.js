// A menu at a place of the page: for a box, a row, or below a button.
import { element } from "profkit/dom";

let close = () => {};

/**
 * Open a menu of `[{label, action}]`; null stands for a line between. `back` gets the focus when it
 * closes.
 */
export function openMenu(items, { x, y, back }) {
  close();
  const buttons = items.map((item) =>
    item
      ? element("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => run(item) }, item.label)
      : element("hr"),
  );
  const menu = element("div", { class: "menu", role: "menu", onkeydown }, ...buttons);
  const choices = buttons.filter((button) => button.tagName === "BUTTON");

  function run(item) {
    close();
    item.action();
  }

  function onkeydown(event) {
    const at = choices.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1 + choices.length, Home: 0, End: -1 + choices.length };
    if (event.key in moves) choices[moves[event.key] % choices.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const outside = (event) => menu.contains(event.target) || close();
  close = () => {
    close = () => {};
    document.removeEventListener("pointerdown", outside, true);
    menu.remove();
    back?.focus({ preventScroll: true });
  };
  document.addEventListener("pointerdown", outside, true);
  document.body.append(menu);
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`;
  choices[0]?.focus({ preventScroll: true });
}
