// From a thread's samples to boxes by time: what was called from when to when.
import { firstFrom } from "profkit/derive";

const EACH = 2; // so many samples for each pixel are drawn one by one
const COLUMN = 2; // pixels that show one stack where there are more

/**
 * Return the stretches of a thread in sight: {count, node, begin, end}, nodes by `nodeOf` a row, -1
 * for nothing. Where more samples are in sight than could be seen, each column of pixels has the node
 * that it has for longest.
 */
export function stretchesOf(thread, [from, to], pixels, nodeOf) {
  const first = Math.max(0, firstFrom(thread.begin, from) - 1);
  const last = firstFrom(thread.begin, to);
  if (last - first <= EACH * pixels) return oneByOne(thread, first, last, nodeOf);
  return byColumn(thread, first, last, [from, to], Math.ceil(pixels / COLUMN), nodeOf);
}

function room(count) {
  return { count: 0, node: new Int32Array(count), begin: new Float64Array(count), end: new Float64Array(count) };
}

function put(stretches, node, begin, end) {
  const at = stretches.count++;
  stretches.node[at] = node;
  stretches.begin[at] = begin;
  stretches.end[at] = end;
}

function oneByOne(thread, first, last, nodeOf) {
  const stretches = room(last - first);
  for (let i = first; i < last; i++) put(stretches, nodeOf(i), thread.begin[i], thread.end[i]);
  return stretches;
}

function byColumn({ begin, end }, first, last, [from, to], columns, nodeOf) {
  const stretches = room(columns);
  const wide = (to - from) / columns;
  let row = first;
  for (let column = 0; column < columns; column++) {
    const start = from + column * wide;
    const limit = start + wide;
    while (row < last && end[row] <= start) row++;
    let best = -1;
    let longest = 0;
    let covered = 0;
    for (let i = row; i < last && begin[i] < limit; i++) {
      const lasts = Math.min(limit, end[i]) - Math.max(start, begin[i]);
      covered += lasts;
      if (lasts > longest) {
        best = i;
        longest = lasts;
      }
    }
    put(stretches, best < 0 || wide - covered > longest ? -1 : nodeOf(best), start, limit);
  }
  return stretches;
}

/**
 * Visit the boxes of stretches: `look(node, level, begin, end)`. Neighbours below the same callers
 * are one box.
 */
export function visitBoxes(tree, { count, node, begin, end }, look) {
  const open = []; // the nodes that are open, the root first
  const since = [];
  const path = [];
  let until = -Infinity;
  const close = (levels) => {
    while (open.length > levels) look(open.pop(), open.length, since.pop(), until);
  };
  for (let i = 0; i < count; i++) {
    if (node[i] < 0 || begin[i] > until) close(0);
    if (node[i] < 0) continue;
    const depth = tree.depth[node[i]];
    if (open.length !== depth + 1 || open[depth] !== node[i]) {
      for (let j = node[i], level = depth; level >= 0; j = tree.parent[j], level--) path[level] = j;
      let common = 0;
      while (common <= depth && common < open.length && open[common] === path[common]) common++;
      close(common);
      for (let level = common; level <= depth; level++) {
        open.push(path[level]);
        since.push(begin[i]);
      }
    }
    until = end[i];
  }
  close(0);
}

/** Return times at which an axis of so many pixels has its marks, and the words for them. */
export function marks([from, to], pixels, apart = 110) {
  const least = ((to - from) / Math.max(1, pixels)) * apart;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least) ?? 10 * power;
  const [unit, divisor] = step >= 1e9 ? ["s", 1e9] : step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    found.push({ at, words: `${(Math.round(at / step) * (step / divisor)).toLocaleString("en-US")} ${unit}` });
  }
  return found;
}
