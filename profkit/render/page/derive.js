// What is seen of the profile: pure functions of the model and of the store's state.
import { family } from "profkit/model";

/** Remember the last answer of a function for as long as its key stays the same. */
function remembered(keyOf, compute) {
  const last = new WeakMap();
  return (model, state) => {
    const key = JSON.stringify(keyOf(state));
    if (last.get(model)?.key !== key) last.set(model, { key, answer: compute(model, state) });
    return last.get(model).answer;
  };
}

const sampled = ({ threads, valueType, range, idle }) => [threads, valueType, range, idle];
const narrowed = (state) => [...sampled(state), state.focus, state.ignore, state.hide];

/**
 * Sum the samples that are looked at by the nodes of `model.tree`: of the chosen threads, in the
 * chosen time, of the chosen value; focus, ignore and hide are not applied. Float64Array.
 */
export const ownValues = remembered(sampled, (model, state) => sums(model, state, CANDIDATE));

const [BASE, CANDIDATE] = [0, 1];

/** Sum the samples of a side. */
function sums(model, state, side) {
  const own = new Float64Array(model.tree.size);
  const isIdle = model.functions.kinds.indexOf("idle");
  model.threads.forEach((thread, number) => {
    if (thread.side !== side || (state.threads && !state.threads.includes(number))) return;
    const { node, values } = (!state.range && thread.sums) || thread;
    const [from, to] = rows(thread, state.range);
    const value = values[state.valueType];
    for (let i = from; i < Math.min(to, node.length); i++) own[node[i]] += value[i];
  });
  if (!state.idle) {
    for (let i = 0; i < own.length; i++) {
      if (model.functions.kind[model.tree.fn[i]] === isIdle) own[i] = 0;
    }
  }
  return own;
}

/** Return which rows of a thread are within a range of times: from its start, before its end. */
function rows(thread, range) {
  if (!range || !thread.time) return [0, Infinity];
  return range.map((moment) => firstFrom(thread.time, moment));
}

/** Return the first row whose number, of those that do not decrease, is not less than `least`. */
export function firstFrom(numbers, least) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The nodes of `model.tree` by what is kept of them: `isKept` after focus and ignore, `own` with
 * them applied, `ownBase` the same of the base of two sides, and `isHidden` by function. For views that look at frames (lines, tiers) or at
 * samples; others take `current`.
 */
export const kept = remembered(narrowed, (model, state) => {
  const { tree } = model;
  const isKept = new Uint8Array(tree.size).fill(1);
  for (const [patterns, wanted] of [[state.focus, 1], [state.ignore, 0]]) {
    for (const pattern of patterns) {
      const inside = below(tree, matching(model, pattern));
      for (let i = 0; i < isKept.length; i++) if (inside[i] !== wanted) isKept[i] = 0;
    }
  }
  const isWhole = !state.focus.length && !state.ignore.length;
  const some = (values) => (isWhole ? values : values.map((value, i) => (isKept[i] ? value : 0)));
  const own = some(ownValues(model, state));
  const ownBase = model.sides ? some(sums(model, state, BASE)) : null;
  const isHidden = new Uint8Array(model.functions.count);
  for (const pattern of state.hide) {
    matching(model, pattern).forEach((found, i) => (isHidden[i] |= found));
  }
  return { own, ownBase, isKept, isHidden };
});

/**
 * The tree that views show: `{size, parent, fn, end, depth, self, total, sum}`, one node for each
 * chain of functions, depth first, siblings by name. Nodes of value 0 may remain. `sum` is what
 * shares are of, and `of` tells for each node of `model.tree` its node here, -1 for none; null where
 * they are the same. Of two sides all this is about the candidate, and `base` is {self, total, sum}
 * of the base.
 */
export const current = remembered(narrowed, (model, state) => {
  const { own, ownBase, isHidden } = kept(model, state);
  const tree = merged(model, state, own, isHidden);
  if (!ownBase) return tree;
  const { self, total, sum } = withTotals(tree, moved(ownBase, tree.of, tree.size), tree.of);
  return { ...tree, base: { self, total, sum } };
});

function merged({ tree, functions }, { hide }, own, isHidden) {
  if (!hide.length && tree.distinct) return withTotals(tree, own, null);
  const group = tree.fn.map((fn) => (isHidden[fn] ? -1 : fn));
  return regrouped(tree, group, own, functions.count);
}

/** Sum values by the nodes that their nodes went to. */
function moved(values, of, size) {
  if (!of) return values;
  const summed = new Float64Array(size);
  for (let i = 0; i < values.length; i++) if (of[i] >= 0) summed[of[i]] += values[i];
  return summed;
}

/**
 * Merge a tree's nodes by groups: a node goes to its group below the groups above it, and where its
 * group is -1 its value goes to its caller. Siblings are in the order of their groups' numbers.
 */
export function regrouped(tree, group, own, groups) {
  const { place, parent, groupOf } = chains(tree, group);
  const order = bySibling(parent, groupOf, groups);
  const size = parent.length;
  const count = new Int32Array(size).fill(1);
  for (let i = size - 1; i >= 0; i--) if (parent[i] >= 0) count[parent[i]] += count[i];
  const seat = new Int32Array(size);
  const next = new Int32Array(size); // where the next callee of a node goes
  let nextRoot = 0;
  const depth = new Int32Array(size);
  const fn = new Int32Array(size);
  for (const i of order) {
    const above = parent[i];
    seat[i] = above < 0 ? nextRoot : next[above];
    if (above < 0) nextRoot += count[i];
    else next[above] += count[i];
    next[i] = seat[i] + 1;
    depth[seat[i]] = above < 0 ? 0 : depth[seat[above]] + 1;
    fn[seat[i]] = groupOf[i];
  }
  const of = place.map((i) => (i < 0 ? -1 : seat[i]));
  return withTotals({ ...family(depth), size, depth, fn }, moved(own, of, size), of);
}

/** Number the chains of groups as they come; callers come before what they call. */
function chains(tree, group) {
  const place = new Int32Array(tree.size);
  const parent = [];
  const groupOf = [];
  let slots = 1024;
  while (slots < 2 * tree.size) slots *= 2;
  const table = new Int32Array(slots).fill(-1);
  for (let i = 0; i < tree.size; i++) {
    const above = tree.parent[i] < 0 ? -1 : place[tree.parent[i]];
    if (group[i] < 0) {
      place[i] = above;
      continue;
    }
    let slot = (Math.imul(above + 1, 0x9e3779b1) ^ Math.imul(group[i] + 1, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (slots - 1);
    while (table[slot] >= 0 && (parent[table[slot]] !== above || groupOf[table[slot]] !== group[i])) {
      slot = (slot + 1) & (slots - 1);
    }
    if (table[slot] < 0) {
      table[slot] = parent.length;
      parent.push(above);
      groupOf.push(group[i]);
    }
    place[i] = table[slot];
  }
  return { place, parent: Int32Array.from(parent), groupOf: Int32Array.from(groupOf) };
}

/** Return the nodes by their parents, and among siblings by their groups. */
function bySibling(parent, groupOf, groups) {
  const byGroup = sortedBy(groupOf, groups, Int32Array.from(parent.keys()));
  const above = parent.map((i) => i + 1);
  return sortedBy(above, parent.length + 1, byGroup);
}

/** Sort rows by small numbers, rows of one number staying in their order. */
export function sortedBy(numbers, limit, order) {
  const next = new Int32Array(limit + 1);
  for (const row of order) next[numbers[row] + 1]++;
  for (let i = 0; i < limit; i++) next[i + 1] += next[i];
  const sorted = new Int32Array(order.length);
  for (const row of order) sorted[next[numbers[row]]++] = row;
  return sorted;
}

function withTotals(tree, self, of) {
  const running = new Float64Array(tree.size + 1);
  for (let i = 0; i < tree.size; i++) running[i + 1] = running[i] + self[i];
  const total = new Float64Array(tree.size);
  for (let i = 0; i < tree.size; i++) total[i] = running[tree.end[i]] - running[i];
  const { size, parent, fn, end, depth } = tree;
  return { size, parent, fn, end, depth, self, total, of, sum: running[tree.size] };
}

/** Tell which nodes are of a function in `found` or have such an ancestor. Uint8Array. */
export function below(tree, found) {
  const inside = new Uint8Array(tree.size);
  for (let i = 0; i < tree.size; i++) {
    inside[i] = found[tree.fn[i]] || (tree.parent[i] >= 0 && inside[tree.parent[i]]) ? 1 : 0;
  }
  return inside;
}

/**
 * Tell which functions a filter or a search is about; Uint8Array by function. `#12` is function 12,
 * all else a regular expression that is found in a name, a file or a package; after `name:`,
 * `file:`, `package:` or `kind:` in this alone. Throws SyntaxError where it is none.
 */
export function matching(model, pattern, flags = "") {
  const { functions } = model;
  const found = new Uint8Array(functions.count);
  if (/^#\d+$/.test(pattern)) {
    found[Number(pattern.slice(1))] = 1;
    return found;
  }
  const [, only, rest] = /^(?:(name|file|package|kind):)?(.*)$/s.exec(pattern);
  const expression = new RegExp(rest, flags);
  const parts = { name: "name", file: "file", package: "package", kind: "kindName" };
  const read = (only ? [only] : ["name", "file", "package"]).map((part) => functions[parts[part]]);
  for (let i = 0; i < found.length; i++) {
    if (read.some((text) => expression.test(text(i)))) found[i] = 1;
  }
  return found;
}

/** The search's functions (Uint8Array), null without a search or where it is no expression. */
export const searched = remembered(({ search }) => search, (model, { search }) => {
  if (!search) return null;
  try {
    // Case counts where the pattern has a capital letter; those of \S and its like are none.
    return matching(model, search, /[A-Z]/.test(search.replace(/\\./g, "")) ? "" : "i");
  } catch {
    return null;
  }
});

/** Sum what functions in `found` take of a tree. One within another counts once. */
export function matchedTotal(tree, found) {
  let sum = 0;
  for (let i = 0; i < tree.size; ) {
    if (found[tree.fn[i]]) {
      sum += tree.total[i];
      i = tree.end[i];
    } else i++;
  }
  return sum;
}
