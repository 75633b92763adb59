// A field that finds a function by its name or place, with what fits below it.
import { element } from "profkit/dom";

const SHOWN = 12;
let pickers = 0;

/** Make the field; `weightOf()` is each function's total, `choose(fn)` is told what was chosen. */
export function createPicker({ model, weightOf, choose }) {
  const { functions } = model;
  const id = `picker-${++pickers}`;
  let found = [];
  let active = 0;
  const list = element("div", { class: "choices", id, role: "listbox", hidden: true });
  const field = element("input", {
    type: "search",
    role: "combobox",
    "aria-label": "Find a function by its name or place",
    "aria-controls": id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    autocomplete: "off",
    placeholder: "Another function",
    spellcheck: "false",
    oninput: show,
    onfocus: show,
    onblur: hide,
    onkeydown: onKey,
  });

  function show() {
    found = fitting(functions, field.value.trim().toLowerCase(), weightOf()).slice(0, SHOWN);
    active = 0;
    draw();
  }

  function draw() {
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(...found.map((fn, n) =>
      element(
        "div",
        { id: `${id}-${n}`, role: "option", "aria-selected": String(n === active), onpointerdown: (event) => take(event, fn) },
        element("span", {}, functions.name(fn)),
        element("span", { class: "place" }, functions.place(fn)),
      )));
    if (list.hidden) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${id}-${active}`);
  }

  function hide() {
    found = [];
    draw();
  }

  function take(event, fn) {
    event.preventDefault();
    field.value = "";
    field.blur();
    choose(fn);
  }

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      active = (active + step + found.length) % found.length;
      draw();
    } else if (event.key === "Enter" && found.length) take(event, found[active]);
    else if (event.key === "Escape") field.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { element: element("span", { class: "picker" }, field, list) };
}

/** Return the functions that took anything and whose name or place has a text, the greatest first. */
function fitting(functions, text, weight) {
  const fits = [];
  for (let fn = 0; fn < functions.count; fn++) {
    if (!weight[fn]) continue;
    if (`${functions.name(fn)} ${functions.place(fn)}`.toLowerCase().includes(text)) fits.push(fn);
  }
  return fits.sort((a, b) => weight[b] - weight[a] || a - b);
}
