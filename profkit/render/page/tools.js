// What stands above a table: choices, buttons, and a word on what is shown.
import { copy, toCsv, toTsv } from "profkit/copying";
import { download, element } from "profkit/dom";
import { formatOf } from "profkit/format";
import { GROUPINGS } from "profkit/store";

/** Return {element, say(text)}: tools in a line, and a text at its end. */
export function toolbar(...tools) {
  const said = element("output", {});
  return {
    element: element("div", { class: "toolbar", role: "toolbar" }, ...tools, said),
    say(text) {
      said.textContent = text;
    },
  };
}

export const button = (label, action, more = {}) =>
  element("button", { type: "button", onclick: action, ...more }, label);

/** Return {element, update(state)}: the choice of what rows are about. */
export function byPicker({ store }) {
  const options = GROUPINGS.map((name) => element("option", { value: name }, name));
  const select = element("select", { "aria-label": "Rows by", onchange: () => store.set({ by: select.value }) }, ...options);
  return {
    element: element("label", {}, "by ", select),
    update({ by }) {
      select.value = by;
    },
  };
}

/** Return the buttons that take a table out of the page; `cells` returns its header and rows. */
export function exporting(app, name, cells) {
  const file = app.model.title.replace(/[^\w.-]+/g, "-").slice(0, 80) || "profile";
  const save = () => download(`${file}.${name}.csv`, new Blob([toCsv(...cells())], { type: "text/csv" }));
  return [
    button("Copy", () => copy(toTsv(...cells())), { title: "Copy the rows, for a spreadsheet" }),
    button("CSV", save, { title: "Save the rows as a file" }),
  ];
}

/** Return what tells how amounts are written and what they are shares of, now. */
export function scaleOf(app) {
  const scale = { format: null, divisor: 1, sum: 0 };
  let known = null;
  scale.whole = () => scale.sum;
  scale.wholeBase = () => app.tree().base.sum;
  scale.update = () => {
    const kind = app.model.valueTypes[app.store.get().valueType];
    scale.sum = app.tree().sum;
    if (kind === known) return;
    known = kind;
    scale.format = formatOf(kind);
    scale.divisor = kind.divisor;
  };
  return scale;
}

/** Return why a table is empty: nothing was recorded, or filters leave nothing. */
export function nothing(app) {
  const state = app.store.get();
  const isNarrowed = state.threads || state.range || [state.focus, state.ignore, state.hide].some((kind) => kind.length);
  return isNarrowed
    ? "Nothing is left: remove a filter, or choose other threads or another time."
    : "No sample has any value.";
}

/** Return a number and its noun, as in `1 row` and `12 categories`. */
export function count(number, noun) {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : plural}`;
}

/** Return what tells whether one of several parts of what is shown is another than it was. */
export const changes = (now, seen) => (...parts) => parts.some((part) => now[part] !== seen[part]);
