// What the recording says of itself, what was lost in reading it, and what this page leaves out.
import { element } from "profkit/dom";
import { duration, formatOf } from "profkit/format";

const LOSSES = ["repaired", "dropped"];

export function mount(host, app) {
  const { model } = app;
  host.append(
    element(
      "section",
      { class: "view about" },
      element("h2", {}, "The recording"),
      pairs(factsOf(model)),
      ...section("Remarks", model.remarks.length && list(model.remarks)),
      ...section("Asked for in reading", model.applied.length && list(model.applied)),
      ...section("Values", model.valueTypes.length && valuesTable(model)),
      ...section("Threads", model.threads.length > 1 && threadsTable(model)),
      element("h2", {}, "What was read, dropped, repaired"),
      model.ledger.length ? ledgerTable(model) : element("p", {}, "Nothing was dropped or repaired."),
      element("h2", {}, "What this page leaves out"),
      list(leftOut(model)),
    ),
  );
  return { update() {}, destroy() {} };
}

const number = (value) => value.toLocaleString("en-US");
const section = (title, content) => (content ? [element("h2", {}, title), content] : []);
const list = (texts) => element("ul", {}, ...texts.map((text) => element("li", {}, text)));

function factsOf(model) {
  const { tree, threads, functions } = model;
  return [
    ["file", model.source],
    ["format", model.format],
    model.producer && ["producer", model.producer],
    model.span !== null && ["span", duration(model.span)],
    model.interval !== null && ["interval", duration(model.interval)],
    ["samples", number(threads.reduce((sum, thread) => sum + thread.samples, 0))],
    ["functions", number(functions.count)],
    ["stacks' nodes", number(tree.size)],
    ["deepest", `${number(tree.depth.reduce((most, depth) => Math.max(most, depth + 1), 0))} frames`],
    ...model.facts,
  ].filter(Boolean);
}

function pairs(facts) {
  return element("dl", {}, ...facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
}

/** Make a plain table; columns are [title, class], cells texts. */
function table(columns, rows) {
  const cell = (tag, text, kind) => element(tag, { class: kind || false }, text);
  return element(
    "div",
    { class: "scrolled" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...columns.map(([title, kind]) => cell("th", title, kind)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((text, n) => cell("td", text, columns[n][1]))))),
    ),
  );
}

function sumOf(model, type, isCounted = () => true) {
  let sum = 0;
  for (const { node, values } of model.threads) {
    for (let i = 0; i < node.length; i++) if (isCounted(node[i])) sum += values[type][i];
  }
  return sum;
}

function valuesTable(model) {
  const idle = model.functions.kinds.indexOf("idle");
  const isIdle = (node) => model.functions.kind[model.tree.fn[node]] === idle;
  const rows = model.valueTypes.map((kind, n) => {
    const { amount, percent } = formatOf(kind);
    const [all, waiting] = [sumOf(model, n), sumOf(model, n, isIdle)];
    return [kind.type, kind.unit, amount(all), `${amount(waiting)} (${percent(waiting, all)})`];
  });
  return table([["value"], ["unit"], ["total", "figure"], ["of it idle", "figure"]], rows);
}

function threadsTable(model) {
  const { amount, percent } = formatOf(model.valueTypes[0]);
  const whole = sumOf(model, 0);
  const rows = model.threads.map(({ name, process, processName, samples, values }) => {
    const took = values[0].reduce((sum, value) => sum + value, 0);
    const owner = [processName, process >= 0 && String(process)].filter(Boolean).join(" ");
    return [name, owner, number(samples), amount(took), percent(took, whole)];
  });
  return table([["thread"], ["process"], ["samples", "figure"], ["total", "figure"], ["share", "figure"]], rows);
}

function ledgerTable(model) {
  const entries = [...model.ledger].sort((one, other) => LOSSES.indexOf(other.action) - LOSSES.indexOf(one.action));
  const rows = entries.map(({ action, count, unit, cause, example }) => [action, number(count), unit, cause, example]);
  const made = table([["in reading"], ["count", "figure"], [""], ["cause"], ["first at"]], rows);
  entries.forEach(({ action }, n) => {
    if (LOSSES.includes(action)) made.querySelectorAll("tbody tr")[n].classList.add("loss");
  });
  return made;
}

/** Say what the file has, or profkit can tell, that the page does not show. */
function leftOut({ functions, tree, sources, start, format }) {
  const isOfV8 = format.includes("v8log");
  const hasTexts = Object.keys(sources).length > 0;
  const hasLines = tree.line.some((line) => line > 0);
  return [
    !start.idle && "Idle time is in no figure, unless the page is opened with it.",
    isOfV8 && "The states of V8's virtual machine are not in the page: by category, garbage collection and compilation that only a state tells count for the functions that they interrupted. See profkit top --by state.",
    isOfV8 && "Deoptimisations are not in the page. See profkit deopts.",
    "Functions that no sample is in, and addresses of native code, are not in the page.",
    "Names and paths longer than 2,000 letters are cut.",
    !hasLines && "The recording tells no lines that ran, or was read without them.",
    !hasTexts && "The page holds no source text.",
    !functions.packages.length && "No package is known: functions have no files.",
  ].filter(Boolean);
}
