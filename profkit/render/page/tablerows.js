// The elements of a table's rows. Columns and rows are those of table.js.
import { element } from "profkit/dom";

const LONGEST_TITLE = 1000; // of a name, in characters: it may be a whole data: address
const DEEPEST = 0.4; // of the width of names that levels may take, however many there are
const STEP = 14; // pixels between levels, as long as there is room
const LEVELS_TOLD = 12; // deeper rows say their level

// How wide columns are, by kind; on a phone some are left out, and the place stands below the name.
const WIDE = {
  figure: "132px",
  share: "92px",
  "share long": "92px",
  number: "64px",
  name: "minmax(0, 5fr)",
  package: "minmax(0, 2fr)",
  place: "minmax(0, 4fr)",
  source: "minmax(0, 1fr)",
};
const NARROW = { share: "62px", number: "44px", name: "minmax(0, 1fr)", source: "minmax(0, 1fr)" };
const widths = (columns, known) => columns.map(({ kind }) => known[kind] ?? "").join(" ");

/** Let a table's rows be as wide as its columns want. */
export function setWidths(grid, columns) {
  const shown = columns.filter(({ kind }) => NARROW[kind]);
  grid.style.setProperty("--columns", widths(columns, WIDE));
  grid.style.setProperty("--narrow", widths(columns, NARROW));
  grid.style.setProperty("--fold", shown.findIndex(({ kind }) => kind === "name") + 1);
}

/** Return a column's header; a click tells `sort` the column. */
export function heading(column, n, sort) {
  const inside = column.order && sort
    ? element("button", { type: "button", onclick: () => sort(column.key) }, column.title)
    : element("span", {}, column.title);
  return element(
    "div",
    { class: `cell ${column.kind}`, role: "columnheader", "aria-colindex": n + 1, title: column.title },
    inside,
  );
}

/** Say on a column's header whether rows are sorted by it. */
export function tellOrder(made, column, sort) {
  if (!column.order) return;
  const order = sort?.key === column.key ? (sort.order > 0 ? "ascending" : "descending") : "none";
  made.setAttribute("aria-sort", order);
}

/** Return a row's elements, to be filled. */
export function emptyRow(columns, isTree) {
  const cells = columns.map(({ kind }, n) => {
    const cell = element("div", { class: `cell ${kind}`, role: "gridcell", "aria-colindex": n + 1 });
    if (kind === "name") cell.append(...partsOfName(isTree));
    return cell;
  });
  return element("div", { class: "row", role: "row" }, ...cells);
}

/** Return what stands before a name, and last the place for the name itself. */
function partsOfName(isTree) {
  const part = (name) => element("span", { class: name, "aria-hidden": "true" });
  const before = isTree ? [part("twist"), part("level")] : [];
  return [...before, part("mark"), element("span", { class: "text" })];
}

/** Say where in a tree a row is; `width` is that of the column of names. */
export function tellLevel(line, row, width) {
  line.setAttribute("aria-level", row.level);
  line.setAttribute("aria-posinset", row.place);
  line.setAttribute("aria-setsize", row.siblings);
  if (row.isOpen === null) line.removeAttribute("aria-expanded");
  else line.setAttribute("aria-expanded", row.isOpen);
  const [twist, level] = line.querySelector(".name").children;
  twist.dataset.open = row.isOpen === null ? "" : row.isOpen ? "yes" : "no";
  level.textContent = row.level > LEVELS_TOLD ? row.level : "";
  line.style.setProperty("--indent", `${indent(row.level - 1, width * DEEPEST).toFixed(1)}px`);
}

/** Return how far a level is moved in: by one step each, less and less as `room` runs out. */
const indent = (level, room) => room * (1 - Math.exp((-level * STEP) / Math.max(room, 1)));

/** Write a row's cells into its elements. */
export function fillCells(line, columns, row) {
  columns.forEach((column, c) => {
    const cell = line.children[c];
    const { text, title = text, share, heat = "", color } = column.cell(row);
    const holder = cell.lastElementChild ?? cell;
    holder.textContent = text;
    if (color) cell.style.setProperty("--mark", color);
    cell.title = title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE)}…` : title;
    cell.dataset.heat = heat;
    if (share !== undefined) cell.style.setProperty("--share", Math.min(Math.max(share, 0), 1));
  });
}
