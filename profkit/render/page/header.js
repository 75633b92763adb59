// The header: what is shown of which profile, the tabs of the views, search, and filters.
import { matchedTotal } from "profkit/derive";
import { element } from "profkit/dom";
import { exportItems } from "profkit/export";
import { duration } from "profkit/format";
import { showHelp } from "profkit/help";
import { WIDTHS, isPattern } from "profkit/store";

/** Make the header: `{element, chips, update(state), focusSearch(), isSearching(), removeLastFilter()}`. */
export function openHeader(app, views) {
  const { model, store } = app;
  const button = (label, action, more = {}) => element("button", { type: "button", onclick: action, ...more }, label);
  const about = element("p", { id: "about" });
  const tabs = views.map(({ name, title }) =>
    button(title, () => store.set({ view: name }), { role: "tab", "aria-controls": "view" }),
  );
  const field = element("input", {
    type: "search",
    placeholder: "Search: regular expression",
    "aria-label": "Search names, files and packages by a regular expression",
    spellcheck: "false",
    oninput: () => store.set({ search: field.value }, { replace: true }),
    onkeydown: onSearchKey,
  });
  const found = element("output", { id: "found" });
  const previous = button("‹", () => app.shown().find?.(-1), { "aria-label": "Previous match", hidden: true });
  const next = button("›", () => app.shown().find?.(1), { "aria-label": "Next match", hidden: true });
  const threads = threadPicker(app);
  const types = valuePicker(app);
  const widths = widthPicker(app);
  const exporting = button("Export", () => {
    const { left, bottom } = exporting.getBoundingClientRect();
    app.menu(exportItems(app), { x: left, y: bottom + 4, back: exporting });
  }, { "aria-haspopup": "menu" });
  const chips = element("div", { id: "chips", "aria-label": "Filters", role: "group" });
  const whole = element(
    "header",
    {},
    element("div", { class: "bar" }, element("h1", { title: model.source }, model.title), about),
    element(
      "div",
      { class: "bar" },
      element("nav", { role: "tablist", "aria-label": "Views" }, ...tabs),
      element("div", { class: "tools" }, threads?.element, types?.element, widths?.element, element("span", { class: "search" }, field, found, previous, next), exporting, button("?", showHelp, { "aria-label": "Keys" })),
    ),
  );

  function onSearchKey(event) {
    if (event.key === "Enter") app.shown().find?.(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      store.set({ search: "" }, { replace: true });
      field.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function update(state) {
    const tree = app.tree();
    const { amount, percent } = app.format;
    const sum = tree.base ? `${amount(tree.base.sum)} before, ${amount(tree.sum)} after` : amount(tree.sum);
    about.textContent = [sum, model.span && `recorded in ${duration(model.span)}`, model.producer]
      .filter(Boolean)
      .join(" · ");
    views.forEach(({ name }, i) => {
      tabs[i].setAttribute("aria-selected", String(name === state.view));
    });
    if (field.value !== state.search) field.value = state.search;
    const matches = app.searched();
    field.toggleAttribute("aria-invalid", Boolean(state.search && !matches));
    if (field.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
    found.textContent = matches ? `${percent(matchedTotal(tree, matches), tree.sum)} matched` : "";
    previous.hidden = next.hidden = !matches;
    threads?.update(state);
    types?.update(state);
    widths?.update(state);
    chips.replaceChildren(...chipsOf(app, state));
    chips.hidden = !chips.firstChild;
  }

  return {
    element: whole,
    chips,
    update,
    focusSearch() {
      field.focus();
      field.select();
    },
    isSearching: () => document.activeElement === field,
    removeLastFilter: () => chips.lastElementChild?.querySelector("button").click(),
  };
}

function threadPicker({ model, store }) {
  if (model.threads.length < 2 || model.sides) return null;
  const options = model.threads.map(({ name, samples }, i) => element("option", { value: i }, `${name} (${samples.toLocaleString("en-US")})`));
  const picker = element(
    "select",
    { "aria-label": "Thread", onchange: () => store.set({ threads: picker.value === "" ? null : [Number(picker.value)], zoom: "" }) },
    element("option", { value: "" }, `All ${model.threads.length} threads`),
    ...options,
  );
  const update = ({ threads }) => (picker.value = threads?.length === 1 ? threads[0] : "");
  return { element: picker, update };
}

function valuePicker({ model, store }) {
  if (model.valueTypes.length < 2) return null;
  const options = model.valueTypes.map(({ type }, i) => element("option", { value: i }, type));
  const picker = element(
    "select",
    { "aria-label": "Value", onchange: () => store.set({ valueType: Number(picker.value) }) },
    ...options,
  );
  return { element: picker, update: ({ valueType }) => (picker.value = valueType) };
}

function widthPicker({ model, store }) {
  if (!model.sides) return null;
  const options = WIDTHS.map((name) => element("option", { value: name }, `As wide as the ${name}`));
  const picker = element(
    "select",
    { "aria-label": "Width", onchange: () => store.set({ widthBy: picker.value }) },
    ...options,
  );
  return { element: picker, update: ({ widthBy }) => (picker.value = widthBy) };
}

/** Return a chip for each filter, which a click takes away. */
function chipsOf({ model, store }, state) {
  const chip = (words, patch) =>
    element(
      "span",
      { class: "chip" },
      words,
      element("button", { type: "button", "aria-label": `Remove ${words}`, onclick: () => store.set({ ...patch, zoom: "" }) }, "×"),
    );
  const words = (pattern) => (/^#\d+$/.test(pattern) ? model.functions.name(Number(pattern.slice(1))).slice(0, 60) : pattern);
  const filters = ["focus", "ignore", "hide"].flatMap((kind) =>
    state[kind]
      .filter((pattern) => isPattern(pattern, model.functions.count))
      .map((pattern, i) => chip(`${kind} ${words(pattern)}`, { [kind]: state[kind].filter((_, j) => j !== i) })),
  );
  if (state.range) {
    const [from, to] = state.range;
    filters.push(chip(`${duration(from)} to ${duration(to)}`, { range: null }));
  }
  return filters;
}
