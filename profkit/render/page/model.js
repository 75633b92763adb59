// The profile that a page holds, as typed columns. Everything else is derived from it.
//
// Model:
//   title, source, producer, format     texts
//   span        nanoseconds from the recording's start to its end; null without times
//   valueTypes  [{type, unit, label, divisor, decimals}]: how amounts of each are written
//   start       {valueType, idle, view}: what the page shows first
//   functions   {count, name(i), file(i), place(i), package(i), kindName(i), categoryName(i),
//               fileOf, packageOf, line, column, kind, category: Int32Array, swatch: Int32Array,
//               files, packages, palette, kinds, categories: [texts], families: {meaning: letters}}
//               numbered in the order of their names; fileOf and packageOf are -1 where unknown
//   tree        {size, distinct, parent, fn, end, depth, tier, line: Int32Array}: one row a node,
//               depth first, siblings by name. The subtree of i is [i, end[i]). `tier` and `line`
//               are those of the frame; line is -1 where unknown. `distinct`: no two siblings have
//               one function
//   sides       {base, candidate}: the files of two sides; null for one profile
//   threads     [{name, process, samples, side (0 the base, 1 the candidate or the only one), node: Int32Array, values: [Float64Array], time, begin,
//               end: Float64Array | null}]: one row a sample; begin and end are the span that it
//               stands for. Without times one row a node. Where there are too many samples, rows
//               are several, and `sums` has the exact {node, values} of the thread; else it is null
//   ledger      [{action, unit, cause, count, example}]
//   facts, remarks, applied, sources, tiers

/** Read the profile that stands in the page. */
export async function open(document) {
  const bytes = await inflate(fromBase64(document.getElementById("data").textContent));
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return assemble(head, bytes.subarray(4 + length));
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

async function inflate(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

const TYPES = { i1: Int8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array };

/** Read a column as its writer says in columns.py. */
function column(bytes, { column: type, rows, at, deltas, scale }, Kind) {
  const width = Number(type[1]);
  const whole = new Uint8Array(rows * width);
  for (let plane = 0; plane < width; plane++) {
    const from = at + plane * rows;
    for (let i = 0; i < rows; i++) whole[i * width + plane] = bytes[from + i];
  }
  const stored = new TYPES[type](whole.buffer);
  if (stored.constructor === Kind && !deltas && scale === 1) return stored;
  const values = new Kind(rows);
  let before = 0;
  for (let i = 0; i < rows; i++) {
    values[i] = stored[i] * scale + (deltas ? before : 0);
    before = values[i];
  }
  return values;
}

function assemble(head, bytes) {
  const whole = (said) => column(bytes, said, Int32Array);
  const exact = (said) => column(bytes, said, Float64Array);
  const { functions, tree, threads, valueType, idle, view, ...rest } = head;
  return {
    ...rest,
    sources: Object.assign(Object.create(null), head.sources), // by names from anywhere
    start: { valueType, idle, view },
    functions: functionTable(functions, head, whole),
    tree: treeOf(tree, whole),
    threads: threads.map((thread) => threadOf(thread, whole, exact)),
  };
}

function functionTable(said, head, whole) {
  const fileOf = whole(said.file);
  const packageOf = whole(said.package);
  const kind = whole(said.kind);
  const category = whole(said.category);
  return {
    count: said.names.length,
    name: (i) => said.names[i],
    place: (i) => said.places[i],
    file: (i) => said.files[fileOf[i]] ?? "",
    package: (i) => said.packages[packageOf[i]] ?? "",
    kindName: (i) => head.kinds[kind[i]],
    categoryName: (i) => head.categories[category[i]],
    files: said.files,
    packages: said.packages,
    palette: said.palette,
    families: said.families,
    kinds: head.kinds,
    categories: head.categories,
    fileOf,
    packageOf,
    kind,
    category,
    line: whole(said.line),
    column: whole(said.column),
    swatch: whole(said.swatch),
  };
}

function treeOf(said, whole) {
  const depth = whole(said.depth);
  return {
    ...family(depth),
    size: depth.length,
    distinct: said.distinct,
    depth,
    fn: whole(said.fn),
    tier: whole(said.tier),
    line: whole(said.line),
  };
}

/** Return each node's parent and one past its last descendant; both follow from the depths. */
export function family(depth) {
  const size = depth.length;
  const parent = new Int32Array(size);
  const end = new Int32Array(size);
  const open = [];
  for (let i = 0; i < size; i++) {
    while (open.length > depth[i]) end[open.pop()] = i;
    parent[i] = open.length ? open[open.length - 1] : -1;
    open.push(i);
  }
  for (const i of open) end[i] = size;
  return { parent, end };
}

function threadOf(said, whole, exact) {
  const { name, process, processName, samples, side } = said;
  const rowsOf = ({ node, values }) => ({ node: whole(node), values: values.map(exact) });
  const thread = { name, process, processName, samples, side, ...rowsOf(said), time: null, begin: null, end: null };
  thread.sums = said.sums ? rowsOf(said.sums) : null;
  if (!said.time) return thread;
  const [wait, lasts] = [exact(said.wait), exact(said.lasts)];
  thread.time = exact(said.time);
  thread.begin = thread.time.map((time, i) => time - wait[i]);
  thread.end = thread.begin.map((begin, i) => begin + lasts[i]);
  return thread;
}
