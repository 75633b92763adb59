// Where boxes stand in a flame graph: in the unit of its values, without any pixels.

const known = new WeakMap();

/**
 * Lay out a tree: `{tree, left: Float64Array, levels}`. The callees of a box stand side by side from
 * its left edge, by name; what remains to the right of them is its own. Box -1 stands for all.
 */
export function layoutOf(tree) {
  if (!known.has(tree)) known.set(tree, compute(tree));
  return known.get(tree);
}

function compute(tree) {
  const left = new Float64Array(tree.size);
  const next = new Float64Array(tree.size);
  let nextRoot = 0;
  let levels = 1;
  for (let i = 0; i < tree.size; i++) {
    const above = tree.parent[i];
    left[i] = above < 0 ? nextRoot : next[above];
    next[i] = left[i];
    const wide = Math.max(0, tree.total[i]);
    if (above < 0) nextRoot += wide;
    else next[above] += wide;
    if (wide > 0 && tree.depth[i] + 2 > levels) levels = tree.depth[i] + 2;
  }
  return { tree, left, levels };
}

/** Return where a box begins and ends; -1 is the box of all. */
export function edges({ tree, left }, i) {
  return i < 0 ? [0, tree.sum] : [left[i], left[i] + tree.total[i]];
}

/**
 * Visit what is in sight: boxes that overlap [from, to) and are at least `least` wide, in the unit
 * of the values. What is narrower is skipped with all that stands on it.
 */
export function visit({ tree, left }, [from, to], least, look) {
  const { size, end, total, depth } = tree;
  for (let i = 0; i < size; ) {
    if (total[i] < least || left[i] >= to || left[i] + total[i] <= from) i = end[i];
    else {
      look(i, depth[i] + 1);
      i++;
    }
  }
}

/** Return the box at a value and a level, null where there is none. */
export function boxAt({ tree, left }, value, level) {
  if (level === 0) return value >= 0 && value < tree.sum ? -1 : null;
  let i = 0;
  let limit = tree.size;
  while (i < limit) {
    if (value < left[i] || value >= left[i] + tree.total[i]) i = tree.end[i];
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
