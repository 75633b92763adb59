// One table for all views: only the rows in sight are elements, so that a table of a hundred
// thousand rows scrolls as one of ten does. Rows may be those of a tree.
//
// A column is {key, title, kind, cell(row) -> {text, title?, share?}, value?(row), order?}: `kind`
// is a class ("figure", "name", "place" …), `value` is what is copied where it is not the text,
// `order` is 1 or -1 where a click on the header sorts, rising or falling first. Names come from a
// profile: they are only ever set as text.
import { element } from "profkit/dom";
import { emptyRow, fillCells, heading, setWidths, tellLevel, tellOrder } from "profkit/tablerows";

const TALLEST = 8_000_000; // pixels that browsers can scroll; more rows than fit move faster
const SPARE = 6; // rows above and below the window

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
  setWidths(grid, columns);
  host.append(grid);
  const headings = columns.map((column, n) => heading(column, n, on.sort));
  head.append(...headings);

  let rows = [];
  let active = -1; // the row that the keyboard is at
  const pool = []; // elements of rows: {line, n, version}, with the row and the version they show
  let version = 0; // of what all rows show
  let nameWidth = 0; // of the column of names
  let isMatch = () => false;
  let rowHeight = 24;
  let frame = 0;
  let isHeld = false; // a key that moves: what it comes to is told when it is let go
  let isUntold = false;

  /** Show rows. `sort` is {key, order}, `note` is said where there are none. */
  function show(shown, { sort = null, note = "", match = () => false, at = active } = {}) {
    rows = shown;
    version++;
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
    const wide = isTree ? (head.querySelector(".name")?.clientWidth ?? 300) : 0;
    if (wide !== nameWidth) {
      nameWidth = wide;
      version++;
    }
    const first = Math.max(0, Math.floor(offset / rowHeight) - SPARE);
    const last = Math.min(rows.length, Math.ceil((offset + room) / rowHeight) + SPARE);
    const moved = grid.scrollTop - offset;
    body.style.height = `${height}px`;
    while (pool.length < last - first) {
      pool.push({ line: body.appendChild(emptyRow(columns, isTree)), n: -1, version: -1 });
    }
    turn(first);
    pool.forEach((place, k) => {
      const n = first + k;
      place.line.hidden = n >= last;
      if (place.line.hidden) return leave(place);
      place.line.style.transform = `translateY(${n * rowHeight + moved}px)`;
      if (place.n !== n || place.version !== version) fill(place, n);
      place.line.setAttribute("aria-selected", n === active);
      place.line.classList.toggle("active", n === active);
    });
    if (active >= first && active < last) grid.setAttribute("aria-activedescendant", `${id}-${active}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  /** Forget what an element showed: another one may show this row. */
  function leave(place) {
    place.n = -1;
    place.line.removeAttribute("id");
  }

  /** Bring the elements whose rows stay in sight to their places, so that they need not be filled. */
  function turn(first) {
    const at = pool.findIndex(({ n, version: of }) => n === first && of === version);
    const back = pool.length && pool[0].version === version ? pool[0].n - first : 0;
    if (at > 0) {
      const left = pool.splice(0, at);
      body.append(...left.map(({ line }) => line));
      pool.push(...left);
    } else if (at < 0 && back > 0 && back < pool.length) {
      const entered = pool.splice(pool.length - back);
      body.prepend(...entered.map(({ line }) => line));
      pool.unshift(...entered);
    }
  }

  const drawSoon = () => (frame ||= requestAnimationFrame(draw));

  function fill(place, n) {
    const { line } = place;
    place.n = n;
    place.version = version;
    line.id = `${id}-${n}`;
    line.dataset.row = n;
    line.setAttribute("aria-rowindex", n + 2);
    line.classList.toggle("match", Boolean(isMatch(rows[n])));
    if (isTree) tellLevel(line, rows[n], nameWidth);
    fillCells(line, columns, rows[n]);
  }

  // Moving

  /** Make a row the active one. `isCentred` puts it in the middle of the window. */
  function go(n, { tell = true, isCentred = false } = {}) {
    if (!rows.length) return;
    active = Math.min(Math.max(n, 0), rows.length - 1);
    reveal(active, isCentred);
    draw();
    isUntold = tell && isHeld;
    if (tell && !isHeld) on.select?.(rows[active]);
  }

  function onKeyUp() {
    if (isUntold && rows[active]) on.select?.(rows[active]);
    isHeld = isUntold = false;
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
    isHeld = event.repeat;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "c" && row && on.copy && !String(getSelection())) on.copy(row);
    else if (isCommand) return;
    else if (moves[event.key]) moves[event.key]();
    else if (event.key === "Enter" && row) on.open?.(row);
    else if (isForMenu(event) && row) menuAt(row);
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
  grid.addEventListener("keyup", onKeyUp);
  grid.addEventListener("blur", onKeyUp);
  body.addEventListener("click", onClick);
  body.addEventListener("dblclick", onDoubleClick);
  body.addEventListener("contextmenu", onMenu);

  return {
    show,
    go,
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

const isForMenu = ({ key, shiftKey }) => ["m", "ContextMenu"].includes(key) || (key === "F10" && shiftKey);
