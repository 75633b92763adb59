// What there is, and what is looked at. All files here are one script, in one scope: see flame_svg.py.
// Names come from a profile: they are only ever set as text.
const svg = document.currentScript.closest("svg");
const part = (id) => svg.querySelector(`#${id}`);
const data = JSON.parse(part("data").textContent);
const { functions, depth, x, self, total, unit, margin, layout, parts, whole, change } = data;
const count = x.length;
const isChart = layout === "chart";
const boxes = Array.from(part("boxes").children);
const numberOf = new Map(boxes.map((box, i) => [box, i]));
const [parent, end, partOf] = family();

let focus = 0; // the box that is as wide as the picture; the first one of a part for nothing at all
let current = 0; // the box that the keyboard is at
let hovered = null; // the box that the pointer is at
let found = null; // the box that a search has led to
let matches = null; // by box, whether it is what was searched for; null where nothing was

/** Return each box's parent, one past its last descendant, and its part: boxes stand depth first. */
function family() {
  const parents = new Int32Array(count).fill(-1);
  const ends = new Int32Array(count).fill(count);
  const partOfBox = new Int32Array(count);
  const open = [];
  for (let i = 0; i < count; i++) {
    while (open.length > depth[i]) ends[open.pop()] = i;
    if (open.length) parents[i] = open[open.length - 1];
    open.push(i);
  }
  parts.forEach(({ first, end: last }, number) => partOfBox.fill(number, first, last));
  return [parents, ends, partOfBox];
}

const isHead = (i) => depth[i] === 0;
const name = (i) => (isHead(i) ? parts[partOf[i]].name : functions[data.function[i]][0]);
const place = (i) => (isHead(i) ? "" : functions[data.function[i]][1]);

/** Return the box that is as wide as the picture where box i stands: each part has its own. */
const widest = (i) => (isChart || partOf[i] === partOf[focus] ? focus : parts[partOf[i]].first);

const isAbove = (i) => i < focus && end[i] > focus;
const share = (i, value) => (value - x[widest(i)]) / total[widest(i)];
const isVisible = (i) => share(i, x[i]) < 1 && share(i, x[i] + total[i]) > 0;

function create(kind, tag, attributes = {}, ...children) {
  const space = { svg: "http://www.w3.org/2000/svg", xhtml: "http://www.w3.org/1999/xhtml" }[kind];
  const element = document.createElementNS(space, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
