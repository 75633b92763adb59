// What the rows of a ranking are: functions, or what has several of them.
import { fullPlace } from "profkit/cells";
import { kept, regrouped } from "profkit/derive";

// What comes with a runtime, and is nobody's choice.
const RUNTIMES = ["node:", "deno:", "python:"];

/** Return which functions belong to a package or the app: all else is the runtime. */
export function owned({ functions }) {
  return Uint8Array.from({ length: functions.count }, (_, i) => {
    const name = functions.package(i);
    return name && !RUNTIMES.includes(name) ? 1 : 0;
  });
}

/**
 * Return the groups that `state.by` asks for: {tree, of, count, name(group), fn(group)}. `of` is the
 * group of each node of `tree`, -1 for what is hidden; `fn` is the function that a group is, or -1.
 * What has no file, line, package or tier goes by its kind.
 */
export function groupsOf(model, state, tree) {
  if (state.by === "line" || state.by === "tier") {
    const frames = framesTree(model, state);
    return { tree: frames, ...grouping(model, frames, state.by) };
  }
  return { tree, ...grouping(model, tree, state.by) };
}

/**
 * Return a tree in which groups call one another: a run of nodes of one group is one. {tree, count,
 * name(group), fn(group), matched(found)}, where `fn` of the tree are groups.
 */
export function callsOf(model, state, tree) {
  const groups = groupsOf(model, state, tree);
  const { of, count } = groups;
  const matched = (found) => found && matchedGroups(groups, found);
  if (state.by === "function") return { ...groups, matched };
  const { size, parent, self } = groups.tree;
  const seen = new Int32Array(size); // the group of each node or, where it has none, of its caller
  const begins = new Int32Array(size).fill(-1); // the group of the first node of each run
  for (let i = 0; i < size; i++) {
    const above = parent[i] < 0 ? -1 : seen[parent[i]];
    seen[i] = of[i] < 0 ? above : of[i];
    if (seen[i] !== above) begins[i] = of[i];
  }
  return { ...groups, tree: regrouped(groups.tree, begins, self, count), matched };
}

/** Return which groups (Uint8Array) have a function in `found`. */
export function matchedGroups({ tree, of, count }, found) {
  const answer = new Uint8Array(count);
  for (let i = 0; i < tree.size; i++) if (found[tree.fn[i]] && of[i] >= 0) answer[of[i]] = 1;
  return answer;
}

function grouping(model, tree, by) {
  const { functions } = model;
  if (by === "function") {
    return { of: tree.fn, count: functions.count, name: functions.name, fn: (group) => group };
  }
  const named = (name, fn) => name || `(${functions.kindName(fn)})`;
  const ofFunction = {
    file: functions.file,
    package: functions.package,
    category: functions.categoryName,
    kind: functions.kindName,
  }[by];
  if (ofFunction) {
    const names = numbered();
    const group = Int32Array.from({ length: functions.count }, (_, fn) =>
      names.of(named(ofFunction(fn), fn)));
    return { ...names.groups(), of: tree.fn.map((fn) => group[fn]) };
  }
  if (by === "tier") return byFrame(tree, tree.tier, (fn, tier) => named(tier > 0 && model.tiers[tier], fn));
  return byFrame(tree, tree.line, (fn, line) => {
    const file = functions.file(fn);
    return named(line > 0 && file && `${file}:${line}`, fn);
  });
}

/** Group nodes by their function and by what else is known of each; a name is made once for both. */
function byFrame(tree, column, nameOf) {
  const { size, fn, isHidden } = tree;
  const names = numbered();
  const known = new Map(); // groups by function and number
  const of = new Int32Array(size);
  const lastNumber = new Int32Array(isHidden.length).fill(-2); // of each function, as most nodes ...
  const lastGroup = new Int32Array(isHidden.length); // ... have what the one before them had
  for (let i = 0; i < size; i++) {
    const number = column[i];
    if (lastNumber[fn[i]] !== number) {
      const key = fn[i] * 2 ** 32 + number;
      if (!known.has(key)) known.set(key, names.of(nameOf(fn[i], number)));
      lastNumber[fn[i]] = number;
      lastGroup[fn[i]] = known.get(key);
    }
    of[i] = isHidden[fn[i]] ? -1 : lastGroup[fn[i]];
  }
  return { ...names.groups(), of };
}

/**
 * Return `model.tree` with the values that are looked at: nodes have tiers and lines, which those of
 * `app.tree()` have not. What is hidden has its value at its caller, and `isHidden` (by function).
 */
export function framesTree(model, state) {
  const { own, ownBase, isHidden } = kept(model, state);
  const { size, parent, fn } = model.tree;
  const seat = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    seat[i] = !isHidden[fn[i]] ? i : parent[i] < 0 ? -1 : seat[parent[i]];
  }
  const base = ownBase && seated(ownBase, seat, parent);
  return { ...model.tree, ...seated(own, seat, parent), base, isHidden };
}

/** Return values at the seats of their nodes, and their totals. */
function seated(own, seat, parent) {
  const self = new Float64Array(own.length);
  for (let i = 0; i < own.length; i++) if (seat[i] >= 0) self[seat[i]] += own[i];
  const total = Float64Array.from(self);
  for (let i = own.length - 1; i >= 0; i--) if (parent[i] >= 0) total[parent[i]] += total[i];
  return { self, total };
}

/** Return what numbers names in the order in which they come. */
function numbered() {
  const names = [];
  const numbers = new Map();
  return {
    of(name) {
      if (!numbers.has(name)) numbers.set(name, names.push(name) - 1);
      return numbers.get(name);
    },
    groups: () => ({ count: names.length, name: (group) => names[group], fn: () => -1 }),
  };
}

/** Return the filter that is about a group, null where there is none. */
export function patternOf({ functions }, by, name) {
  const known = { file: functions.files, package: functions.packages, kind: functions.kinds }[by];
  return known?.includes(name) ? `${by}:^${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$` : null;
}

/** Return which functions have the name and the place of this one: to the reader they are one. */
export function alike({ functions }, fn) {
  const isWanted = new Uint8Array(functions.count);
  for (let i = 0; i < functions.count; i++) {
    isWanted[i] = functions.name(i) === functions.name(fn) && fullPlace(functions, i) === fullPlace(functions, fn);
  }
  return isWanted;
}
