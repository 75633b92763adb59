// A table of rows under rows: what the heavy table, the tree and the butterfly are made of.
import { clicked, comparison, sortOf } from "profkit/cells";
import { copy, cellsOf, toTsv } from "profkit/copying";
import { rowItems } from "profkit/rowmenu";
import { createTable } from "profkit/table";
import { createUnfolding } from "profkit/unfolding";

/**
 * Make the table in `host`. `label`, `columns`, `select`, `follow` and `open` are those of table.js.
 * `fnOf(row)` is the function that a row is about, or -1, and `nameOf(row)` what it is called.
 * `isInverted` tells that a row calls the one above it, `first` is the column that sorts at first, and
 * `drawn` is told the rows that stand in the table.
 */
export function createCallTable(host, app, options) {
  const { label, columns, by, nameOf, fnOf, isInverted, first, drawn = () => {} } = options;
  const { select, follow, open } = options;
  const unfolding = createUnfolding();
  let order = sortOf("", columns, first);
  let match = null; // Uint8Array by the rows' `fn`
  let note = "";
  const table = createTable(host, {
    label,
    columns,
    isTree: true,
    on: {
      select,
      follow,
      open,
      menu: (row, at) => app.menu(itemsOf(row), { ...at, back: host.querySelector(".table") }),
      sort: (key) => app.store.set({ sort: clicked(key, columns, order) }),
      toggle: (row) => changed(() => unfolding.toggle(row), row),
      copy: (row) => copy(toTsv(...cellsOf(columns, [row]))),
      keys: {
        "*": (row) => changed(() => unfolding.openSiblings(row), row),
        e: openHeaviest,
      },
    },
  });

  /** Show the table's rows again, at one of them. */
  function draw(row = table.row) {
    const rows = unfolding.flat();
    const at = row ? rows.findIndex((one) => isSame(one, row)) : -1;
    table.show(rows, { sort: order, note, match: (one) => match?.[one.fn], at });
    drawn(rows);
    return at;
  }

  function changed(change, row) {
    change();
    draw(row);
  }

  function go(row) {
    if (row) table.go(draw(row));
  }

  function openHeaviest(from = table.row) {
    go(unfolding.openHeaviest(from));
  }

  /** Return the rows from a row up to the first level; functions, the root of the stack first. */
  function stackOf(row) {
    const stack = [];
    for (let one = row; one; one = one.above) stack.push(one);
    return isInverted ? stack : stack.reverse();
  }

  function itemsOf(row) {
    const { functions } = app.model;
    const stack = stackOf(row);
    const written = (one) => [nameOf(one), fnOf(one) >= 0 && functions.place(fnOf(one))].filter(Boolean).join("  ");
    const items = [
      { label: "Copy row", action: () => copy(toTsv(...cellsOf(columns, [row]))) },
      { label: "Copy stack", action: () => copy(stack.map(written).join("\n")) },
    ];
    if (row.isOpen !== null) items.push({ label: "Open the heaviest path", action: () => openHeaviest(row) });
    const zoom = isInverted ? "" : stack.map(fnOf).join(".");
    return rowItems(app, { fn: fnOf(row), name: nameOf(row), by, zoom }, items);
  }

  return {
    /** Show rows from a source; `found` tells which match the search, `why` why there are none. */
    show(source, { sort, found, why }) {
      order = sortOf(sort, columns, first);
      [match, note] = [found, why];
      unfolding.show(source, comparison(order, columns, byNumber));
      draw();
    },
    /** Show the same rows in another order, or with other matches. */
    change({ sort, found }) {
      order = sortOf(sort, columns, first);
      match = found;
      unfolding.sort(comparison(order, columns, byNumber));
      draw();
    },
    find(step) {
      if (match) go(unfolding.find(table.row, step, match));
    },
    /** Go to the first row of a function, opening what hides it; not to callers of others. */
    reveal(fn) {
      const shown = unfolding.flat().find((row) => row.fn === fn);
      const isWanted = new Uint8Array(app.model.functions.count);
      isWanted[fn] = 1;
      const row = shown ?? (isInverted ? null : unfolding.find(null, 1, isWanted));
      if (row) table.go(draw(row), { tell: false });
    },
    openHeaviest,
    closeAll() {
      unfolding.closeAll();
      draw(null);
    },
    rows: unfolding.flat,
    destroy: table.destroy,
  };
}

/** Tell whether two rows stand for the same functions, one below the other. */
function isSame(one, other) {
  while (one && other && one.fn === other.fn) [one, other] = [one.above, other.above];
  return one === other; // both ended
}

const byNumber = (a, b) => a.fn - b.fn; // functions are numbered in the order of their names
