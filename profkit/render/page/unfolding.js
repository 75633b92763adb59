// Which rows of a tree table are open, and so which stand in it.

/**
 * Rows under rows from a source (see calls.js). What is open stays so, by the functions that lead to
 * it, when the source changes: when a filter is set, or a thread chosen.
 */
export function createUnfolding() {
  let source = null;
  let compare = () => 0;
  let top = [];
  const opened = new Map(); // functions of open rows, and under each the same for those below it

  function rowsBelow(above) {
    const rows = above ? source.children(above) : source.roots();
    for (const row of rows) {
      row.above = above;
      row.level = above ? above.level + 1 : 1;
      row.below = null;
      row.isOpen = source.hasChildren(row) ? false : null;
    }
    return inOrder(rows);
  }

  function inOrder(rows) {
    rows.sort(compare);
    rows.forEach((row, n) => {
      row.place = n + 1;
      row.siblings = rows.length;
    });
    return rows;
  }

  const openedBelow = (above) => (above ? above.opened : opened);

  function open(row) {
    if (row.isOpen !== false) return;
    row.below ??= rowsBelow(row);
    row.isOpen = true;
    row.opened = openedBelow(row.above).get(row.fn) ?? new Map();
    openedBelow(row.above).set(row.fn, row.opened);
  }

  function close(row) {
    if (!row.isOpen) return;
    row.isOpen = false;
    row.below = null; // and forgets what was open below
    openedBelow(row.above).delete(row.fn);
  }

  /** Take rows from another source, and open what was open. */
  function show(newSource, newCompare) {
    source = newSource;
    compare = newCompare;
    top = rowsBelow(null);
    const open_ = top.filter((row) => opened.has(row.fn));
    while (open_.length) {
      const row = open_.pop();
      open(row);
      for (const below of row.below ?? []) if (row.opened.has(below.fn)) open_.push(below);
    }
  }

  /** Bring the rows that there are into another order. */
  function sort(newCompare) {
    compare = newCompare;
    inOrder(top);
    for (const row of flat()) if (row.below) inOrder(row.below);
  }

  /** Return the rows that stand in the table, in order. */
  function flat() {
    const rows = [];
    const open_ = [...top].reverse();
    while (open_.length) {
      const row = open_.pop();
      rows.push(row);
      if (row.isOpen) for (let n = row.below.length - 1; n >= 0; n--) open_.push(row.below[n]);
    }
    return rows;
  }

  const heaviest = (rows) => rows.reduce((best, row) => (row.total > best.total ? row : best));

  /** Open the row that takes the most below a row, and the one that takes the most below that … */
  function openHeaviest(from) {
    let row = from ?? (top.length ? heaviest(top) : null);
    while (row && row.isOpen !== null) {
      open(row);
      row = heaviest(row.below);
    }
    return row;
  }

  /** Open a row with all its siblings. */
  function openSiblings(row) {
    for (const one of row.above ? row.above.below : top) open(one);
  }

  function closeAll() {
    opened.clear();
    for (const row of top) if (row.isOpen) [row.isOpen, row.below] = [false, null];
  }

  /** Return the next row that matches after (or, for a step of -1, before) one, and open what hides it. */
  function find(row, step, isMatch) {
    const hides = source.leadsTo(isMatch);
    let rows = flat();
    let n = row ? rows.indexOf(row) : step > 0 ? -1 : rows.length;
    const isHiding = (one) => one.isOpen === false && hides(one);
    // Going down, what is below the row itself comes next.
    if (step > 0 && row && isHiding(row)) {
      open(row);
      rows = flat();
    }
    for (n += step; n >= 0 && n < rows.length; n += step) {
      if (step > 0 && isMatch[rows[n].fn]) return rows[n];
      if (isHiding(rows[n])) {
        open(rows[n]);
        const after = flat();
        if (step < 0) n += after.length - rows.length + 1; // its last row comes first
        rows = after;
      } else if (isMatch[rows[n].fn]) {
        return rows[n];
      }
    }
    return null;
  }

  const toggle = (row) => (row.isOpen ? close(row) : open(row));

  return { show, sort, flat, toggle, openHeaviest, openSiblings, closeAll, find };
}
