// The one state of the page. It stands in the address' fragment too, so that links and the
// browser's back button lead to what was looked at. A fragment comes from anywhere: what is no
// value of its field is dropped.

const texts = {
  read: (text) => text.split("\n").filter(Boolean).slice(0, 50),
  write: (values) => values.join("\n"),
};
const number = (least, limit) => ({
  read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) < limit ? Number(text) : undefined),
  write: String,
});
const word = (words) => ({ read: (text) => (words.includes(text) ? text : undefined), write: String });
const flag = { read: (text) => (/^[01]$/.test(text) ? text === "1" : undefined), write: (value) => (value ? "1" : "0") };
const text = { read: (given) => given.slice(0, 1000), write: String };
const path = {
  read: (given) => (/^[\d.]*$/.test(given) && given.length < 100_000 ? given : undefined),
  write: String,
};

function threadsOf(count) {
  return {
    read: (given) => {
      const numbers = given.split(".").map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < count);
      return numbers.length ? [...new Set(numbers)].sort((a, b) => a - b) : undefined;
    },
    write: (numbers) => numbers.join("."),
  };
}

const times = {
  read: (given) => {
    const numbers = given.split("-").map(Number);
    const isSound = numbers.length === 2 && numbers.every((n) => Number.isFinite(n) && n >= 0);
    return isSound && numbers[0] < numbers[1] ? numbers : undefined;
  },
  write: (range) => range.map(Math.round).join("-"),
};

export const WIDTHS = ["candidate", "base", "mean"];
export const GROUPINGS = ["function", "file", "line", "package", "category", "kind", "tier"];

/** Return what each part of the state may be, and what it is at first. */
function fieldsOf(model, views) {
  const { start, valueTypes, functions, threads } = model;
  return {
    view: { ...word(views), first: views.includes(start.view) ? start.view : views[0] },
    threads: { ...threadsOf(threads.length), first: null },
    valueType: { ...number(0, valueTypes.length), first: start.valueType },
    idle: { ...flag, first: start.idle },
    search: { ...text, first: "" },
    focus: { ...texts, first: [] },
    ignore: { ...texts, first: [] },
    hide: { ...texts, first: [] },
    range: { ...times, first: null },
    fn: { ...number(0, functions.count), first: null },
    zoom: { ...path, first: "" }, // functions from the root on, joined by points
    widthBy: { ...word(WIDTHS), first: "candidate" },
    by: { ...word(GROUPINGS), first: "function" },
    sort: { ...text, first: "" },
    file: { ...text, first: "" },
  };
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Open the store: `get()`, `set(patch, {replace})`, `subscribe(listener(state, before))`. With
 * `replace` the change makes no step for the back button, for what is being typed or dragged; with
 * `silent` nobody hears of it, for another change follows at once.
 */
export function openStore(model, views, { location, history, addEventListener }) {
  const fields = fieldsOf(model, views);
  const listeners = new Set();
  let state = read(location.hash);

  function read(fragment) {
    const given = new URLSearchParams(fragment.slice(1));
    const pairs = Object.entries(fields).map(([name, field]) => {
      const value = given.has(name) ? field.read(given.get(name)) : undefined;
      return [name, sound(name, value) ?? field.first];
    });
    return Object.fromEntries(pairs);
  }

  function sound(name, value) {
    if (!["focus", "ignore", "hide"].includes(name)) return value;
    return value?.filter((pattern) => isPattern(pattern, model.functions.count));
  }

  function written() {
    const given = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) {
      if (!isSame(state[name], field.first)) given.set(name, field.write(state[name]));
    }
    return `#${given}`;
  }

  function become(next) {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  }

  addEventListener("popstate", () => become(read(location.hash)));
  return {
    get: () => state,
    set(patch, { replace = false, silent = false } = {}) {
      const next = { ...state, ...patch };
      if (isSame(next, state)) return;
      if (silent) state = next;
      else become(next);
      if (replace) history.replaceState(null, "", written());
      else history.pushState(null, "", written());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Tell whether a filter is one: a function's number, or a regular expression. */
export function isPattern(pattern, functions) {
  if (/^#\d+$/.test(pattern)) return Number(pattern.slice(1)) < functions;
  try {
    return Boolean(pattern && new RegExp(pattern.replace(/^(name|file|package|kind):/, "")));
  } catch {
    return false;
  }
}
