// Where boxes stand in a flame graph: in the unit of its values, without any pixels.

const known = new WeakMap();

/**
 * Lay out a tree: `{tree, left, wide: Float64Array, whole, levels}`. The callees of a box stand side
 * by side from its left edge, by name; what remains to the right of them is its own. Box -1 stands
 * for all, and is `whole` wide. Of two sides boxes are as wide as `widthBy` says: by the candidate,
 * the base, or the mean of both shares.
 */
export function layoutOf(tree, widthBy = "candidate") {
  const key = tree.base ? widthBy : "candidate";
  if (known.get(tree)?.key !== key) known.set(tree, { key, ...compute(tree, ...widths(tree, key)) });
  return known.get(tree);
}

function widths({ total, sum, base }, widthBy) {
  if (widthBy === "candidate") return [total, sum];
  if (widthBy === "base") return [base.total, base.sum];
  const [before, after] = [base.sum || 1, sum || 1];
  return [total.map((value, i) => value / after + base.total[i] / before), 2];
}

function compute(tree, wide, whole) {
  const left = new Float64Array(tree.size);
  const next = new Float64Array(tree.size);
  let nextRoot = 0;
  let levels = 1;
  for (let i = 0; i < tree.size; i++) {
    const above = tree.parent[i];
    left[i] = above < 0 ? nextRoot : next[above];
    next[i] = left[i];
    const room = Math.max(0, wide[i]);
    if (above < 0) nextRoot += room;
    else next[above] += room;
    if (room > 0 && tree.depth[i] + 2 > levels) levels = tree.depth[i] + 2;
  }
  return { tree, left, wide, whole, levels };
}

/** Return where a box begins and ends; -1 is the box of all. */
export function edges({ left, wide, whole }, i) {
  return i < 0 ? [0, whole] : [left[i], left[i] + wide[i]];
}

/**
 * Visit what is in sight: boxes that overlap [from, to) and are at least `least` wide, in the unit
 * of the values. What is narrower is skipped with all that stands on it.
 */
export function visit({ tree, left, wide }, [from, to], least, look) {
  const { size, end, depth } = tree;
  for (let i = 0; i < size; ) {
    if (wide[i] < least || left[i] >= to || left[i] + wide[i] <= from) i = end[i];
    else {
      look(i, depth[i] + 1);
      i++;
    }
  }
}

/** Return the box at a value and a level, null where there is none. */
export function boxAt({ tree, left, wide, whole }, value, level) {
  if (level === 0) return value >= 0 && value < whole ? -1 : null;
  let i = 0;
  let limit = tree.size;
  while (i < limit) {
    if (value < left[i] || value >= left[i] + wide[i]) i = tree.end[i];
    else if (tree.depth[i] + 1 === level) return i;
    else {
      limit = tree.end[i];
      i++;
    }
  }
  return null;
}

/** Return the functions from the root to a box, as the store keeps them. */
export function pathOf(tree, i) {
  const path = [];
  for (let j = i; j >= 0; j = tree.parent[j]) path.push(tree.fn[j]);
  return path.reverse().join(".");
}

/** Return the box at the end of a path, or as near to it as the tree goes. */
export function boxOf(tree, path) {
  let found = -1;
  for (const fn of path ? path.split(".").map(Number) : []) {
    const limit = found < 0 ? tree.size : tree.end[found];
    let i = found + 1;
    while (i < limit && tree.fn[i] !== fn) i = tree.end[i];
    if (i >= limit) break;
    found = i;
  }
  return found;
}
