// One table for all views: only the rows in sight are elements, so that a table of a hundred
// thousand rows scrolls as one of ten does. Rows may be those of a tree.
//
// A column is {key, title, kind, cell(row) -> {text, title?, share?}, value?(row), order?}: `kind`
// is a class ("figure", "name", "place" …), `value` is what is copied where it is not the text,
// `order` is 1 or -1 where a click on the header sorts, rising or falling first. Names come from a
// profile: they are only ever set as text.
import { element } from "profkit/dom";

const LONGEST_TITLE = 1000; // of a name, in characters: it may be a whole data: address
const TALLEST = 8_000_000; // pixels that browsers can scroll; more rows than fit move faster
const SPARE = 6; // rows above and below the window
const DEEPEST = 0.4; // of the width of names that levels may take, however many there are
const STEP = 14; // pixels between levels, as long as there is room
const LEVELS_TOLD = 12; // deeper rows say their level

// How wide columns are, by kind; on a phone some are left out, and the place stands below the name.
const WIDE = {
  figure: "116px",
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

let tables = 0; // numbers the tables, for ids

/**
 * Make a table in `host`. `on` is what it tells of, each of which may be missing: select(row),
 * open(row) by a double click or Enter, follow(row) by a click on the name, menu(row, place),
 * sort(key), toggle(row), copy(row), keys: {key: (row) => …}. `isTree` is for rows that have `level`
 * (from 1), `isOpen` (null where nothing is below), `above` (their parent or null), `place` and
 * `siblings`.
 */
export function createTable(host, { label, columns, isTree = false, on }) {
  const id = `table-${++tables}`;
  const head = element("div", { class: "row head", role: "row", "aria-rowindex": 1 });
  const body = element("div", { class: "rows", role: "rowgroup" });
  const empty = element("p", { class: "nothing", hidden: true });
  const grid = element(
    "div",
    {
      class: ["table", isTree && "tree", columns.some(({ kind }) => kind === "source") && "texts"].filter(Boolean).join(" "),
      role: isTree ? "treegrid" : "grid",
      tabindex: 0,
      "aria-label": label,
      "aria-colcount": columns.length,
    },
    element("div", { class: "headings", role: "rowgroup" }, head),
    body,
    empty,
  );
  grid.style.setProperty("--columns", widths(columns, WIDE));
  grid.style.setProperty("--narrow", widths(columns, NARROW));
  grid.style.setProperty("--fold", columns.filter(({ kind }) => NARROW[kind]).findIndex(({ kind }) => kind === "name") + 1);
  host.append(grid);
  const headings = columns.map((column, n) => heading(column, n, on.sort));
  head.append(...headings);

  let rows = [];
  let active = -1; // the row that the keyboard is at
  let pool = []; // elements of rows
  let isMatch = () => false;
  let rowHeight = 24;
  let frame = 0;

  /** Show rows. `sort` is {key, order}, `note` is said where there are none. */
  function show(shown, { sort = null, note = "", match = () => false, at = active } = {}) {
    rows = shown;
    isMatch = match;
    active = Math.min(Math.max(at, -1), rows.length - 1);
    grid.setAttribute("aria-rowcount", rows.length + 1);
    columns.forEach((column, n) => tellOrder(headings[n], column, sort));
    empty.textContent = note;
    empty.hidden = rows.length > 0 || !note;
    draw();
  }

  // Which rows are in sight. Where all of them are taller than a browser can scroll, the bar's way
  // is divided among them, and rows are put where the window is.

  function layout() {
    rowHeight = parseFloat(getComputedStyle(grid).getPropertyValue("--row")) || rowHeight;
    const room = Math.max(grid.clientHeight - head.offsetHeight, rowHeight);
    const all = rows.length * rowHeight;
    const height = Math.min(all, TALLEST);
    const way = Math.max(height - room, 0);
    const offset = way ? (Math.min(grid.scrollTop, way) / way) * (all - room) : 0;
    return { room, height, way, offset, all };
  }

  function draw() {
    cancelAnimationFrame(frame);
    frame = 0;
    const { room, height, offset } = layout();
    const first = Math.max(0, Math.floor(offset / rowHeight) - SPARE);
    const last = Math.min(rows.length, Math.ceil((offset + room) / rowHeight) + SPARE);
    body.style.height = `${height}px`;
    while (pool.length < last - first) pool.push(body.appendChild(emptyRow(columns, isTree)));
    const nameWidth = isTree ? (head.querySelector(".name")?.clientWidth ?? 300) : 0;
    pool.forEach((line, n) => {
      line.hidden = first + n >= last;
      if (line.hidden) return;
      const top = (first + n) * rowHeight - offset + grid.scrollTop;
      line.style.transform = `translateY(${top}px)`;
      fill(line, first + n, nameWidth);
    });
    if (active >= 0 && active >= first && active < last) {
      grid.setAttribute("aria-activedescendant", `${id}-${active}`);
    } else {
      grid.removeAttribute("aria-activedescendant");
    }
  }

  const drawSoon = () => (frame ||= requestAnimationFrame(draw));

  function fill(line, n, nameWidth) {
    const row = rows[n];
    line.id = `${id}-${n}`;
    line.dataset.row = n;
    line.setAttribute("aria-rowindex", n + 2);
    line.setAttribute("aria-selected", n === active);
    line.classList.toggle("active", n === active);
    line.classList.toggle("match", Boolean(isMatch(row)));
    if (isTree) tellLevel(line, row, nameWidth);
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

  // Moving

  /** Make a row the active one. `isCentred` puts it in the middle of the window. */
  function go(n, { tell = true, isCentred = false } = {}) {
    if (!rows.length) return;
    active = Math.min(Math.max(n, 0), rows.length - 1);
    reveal(active, isCentred);
    draw();
    if (tell) on.select?.(rows[active]);
  }

  /** Scroll as little as shows a row whole. */
  function reveal(n, isCentred) {
    const { room, way, offset, all } = layout();
    const [first, last] = [n * rowHeight, (n + 1) * rowHeight - room]; // offsets that show it at the edges
    const isSeen = first >= offset && last <= offset;
    const wanted = isCentred ? (first + last) / 2 : first < offset ? first : last;
    if (way && (isCentred || !isSeen)) grid.scrollTop = (wanted / (all - room)) * way;
  }

  const inSight = () => Math.max(1, Math.floor(layout().room / rowHeight) - 1);

  const moves = {
    ArrowDown: () => go(active + 1),
    ArrowUp: () => go(active - 1),
    PageDown: () => go(active + inSight()),
    PageUp: () => go(active - inSight()),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ...(isTree && { ArrowRight: () => goIn(rows[active]), ArrowLeft: () => goOut(rows[active]) }),
  };

  function goIn(row) {
    if (row?.isOpen === false) on.toggle(row);
    else if (row?.isOpen) go(active + 1);
  }

  function goOut(row) {
    if (row?.isOpen) on.toggle(row);
    else if (row?.above) go(rows.indexOf(row.above));
  }

  function onKey(event) {
    if (event.target !== grid || event.altKey) return;
    const row = rows[active];
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "c" && row && on.copy && !String(getSelection())) on.copy(row);
    else if (isCommand) return;
    else if (moves[event.key]) moves[event.key]();
    else if (event.key === "Enter" && row) on.open?.(row);
    else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && row) menuAt(row, event);
    else if (on.keys?.[event.key] && row) on.keys[event.key](row);
    else return;
    event.preventDefault();
  }

  const numberAt = (event) => Number(event.target.closest?.("[data-row]")?.dataset.row ?? -1);

  function onClick(event) {
    const n = numberAt(event);
    if (n < 0) return;
    if (event.target.closest(".twist")) {
      active = n;
      on.toggle?.(rows[n]);
    } else if (on.follow && event.target.closest(".text")) {
      on.follow(rows[n]);
    } else {
      go(n);
    }
  }

  function onDoubleClick(event) {
    const n = numberAt(event);
    if (n >= 0 && !event.target.closest(".twist")) on.open?.(rows[n]);
  }

  function onMenu(event) {
    const n = numberAt(event);
    if (n < 0 || !on.menu) return;
    event.preventDefault();
    go(n);
    on.menu(rows[n], { x: event.clientX, y: event.clientY });
  }

  function menuAt(row) {
    const box = document.getElementById(`${id}-${active}`)?.getBoundingClientRect();
    if (box) on.menu?.(row, { x: box.left + 40, y: box.bottom });
  }

  const sizes = new ResizeObserver(drawSoon);
  sizes.observe(grid);
  grid.addEventListener("scroll", drawSoon, { passive: true });
  grid.addEventListener("keydown", onKey);
  body.addEventListener("click", onClick);
  body.addEventListener("dblclick", onDoubleClick);
  body.addEventListener("contextmenu", onMenu);

  return {
    show,
    go,
    focus: () => grid.focus(),
    get row() {
      return rows[active] ?? null;
    },
    get index() {
      return active;
    },
    destroy() {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      grid.remove();
    },
  };
}

function heading(column, n, sort) {
  const inside = column.order && sort
    ? element("button", { type: "button", onclick: () => sort(column.key) }, column.title)
    : element("span", {}, column.title);
  return element(
    "div",
    { class: `cell ${column.kind}`, role: "columnheader", "aria-colindex": n + 1 },
    inside,
  );
}

function tellOrder(made, column, sort) {
  if (!column.order) return;
  const order = sort?.key === column.key ? (sort.order > 0 ? "ascending" : "descending") : "none";
  made.setAttribute("aria-sort", order);
}

function emptyRow(columns, isTree) {
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

function tellLevel(line, row, width) {
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
