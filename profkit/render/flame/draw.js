// Drawing: boxes where the zoom has them, names that fit, the axis of a chart, the notes.

const [SHOWN, ABOVE, HIDDEN] = [0, 1, 2];
const states = new Uint8Array(count);
const labels = part("labels");
const notes = part("notes");
const axis = part("axis");
const noteTexts = Array.from(notes.children, (note) => note.textContent);
const cursor = create("svg", "rect", { id: "cursor" });
const characterWidth = measureCharacter();
let width = 0; // of the boxes' part of the picture, in pixels

function measureCharacter() {
  const probe = labels.appendChild(create("svg", "text", {}, "0".repeat(100)));
  const measured = probe.getComputedTextLength() / 100;
  probe.remove();
  return measured || 6.6;
}

const pixels = (i, value) => Math.min(1, Math.max(0, share(i, value))) * width;
const left = (i) => pixels(i, x[i]);
const right = (i) => pixels(i, x[i] + total[i]);
const top = (i) => Number(boxes[i].getAttribute("y"));

function draw() {
  const page = svg.getBoundingClientRect().width;
  width = Math.max(1, page - 2 * margin);
  boxes.forEach(placeBox);
  drawLabels();
  if (axis) drawAxis();
  follow();
  const bottom = flow(page);
  svg.setAttribute("viewBox", `0 0 ${page} ${bottom}`);
  svg.setAttribute("height", bottom);
  panel.setAttribute("width", page);
  resetButton.hidden = isHead(focus);
}

function placeBox(box, i) {
  const state = !isVisible(i) ? HIDDEN : isAbove(i) ? ABOVE : SHOWN;
  if (state !== HIDDEN) {
    const from = left(i);
    const wide = right(i) - from;
    box.setAttribute("x", margin + from);
    box.setAttribute("width", wide > 1.5 ? wide - 0.6 : Math.max(wide, 0.1));
    if (wide >= 1 && !box.firstChild) box.append(create("svg", "title", {}, describe(i).join("\n")));
  }
  if (state === states[i]) return;
  box.classList.toggle("above", state === ABOVE);
  if (state === HIDDEN) box.setAttribute("display", "none");
  else box.removeAttribute("display");
  states[i] = state;
}

function drawLabels() {
  const pool = Array.from(labels.children);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const text = isVisible(i) && fit(name(i), (right(i) - left(i) - 7) / characterWidth);
    if (!text) continue;
    const label = pool[used++] ?? labels.appendChild(create("svg", "text"));
    label.textContent = text;
    label.setAttribute("x", margin + left(i) + 3);
    label.setAttribute("y", top(i) + 12.5);
    label.classList.toggle("match", Boolean(matches?.[i]));
  }
  for (const spare of pool.slice(used)) spare.remove();
}

/** Shorten a name to so many cells. East Asian letters and emoji take two. */
function fit(text, cells) {
  if (cells < 3) return "";
  const size = (letter) => (letter > "\u10ff" ? 2 : 1);
  let kept = "";
  let room = cells;
  for (const letter of text) {
    room -= size(letter);
    if (room < 0) {
      const letters = Array.from(kept);
      for (room += size(letter); room < 1; ) room += size(letters.pop());
      return `${letters.join("")}…`;
    }
    kept += letter;
  }
  return text;
}

/** Write times at round numbers above a chart, about 100 pixels apart. */
function drawAxis() {
  const [from, span] = [x[focus], total[focus]];
  const line = axis.querySelector("path").getAttribute("d");
  const height = axis.querySelector("text").getAttribute("y");
  const step = roundUp(Math.max((span * 100) / Math.max(width, 100), 1));
  const ticks = [];
  for (let n = Math.ceil(from / step); n * step < from + span; n++) {
    const text = create("svg", "text", { x: 3, y: height }, moment(n * step));
    const at = margin + ((n * step - from) / span) * width;
    if (at > width - 40 && ticks.length) break; // there is no room for what it says
    const tick = create("svg", "g", { transform: `translate(${at} 0)` });
    tick.append(create("svg", "path", { d: line }), text);
    ticks.push(tick);
  }
  if (ticks.length) axis.replaceChildren(...ticks);
}

/** Return the next number that is 1, 2 or 5 times a power of ten. */
function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= number * 0.999999);
}

function moment(nanoseconds) {
  for (const [label, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (nanoseconds >= size) return `${Number((nanoseconds / size).toPrecision(9))} ${label}`;
  }
  return nanoseconds ? `${nanoseconds} ns` : "0";
}

/** Let the notes below the boxes run on in lines as wide as the page; return where they end. */
function flow(page) {
  let from = margin;
  let line = Number(notes.dataset.top);
  Array.from(notes.children).forEach((note, i) => {
    const text = note.lastElementChild;
    const room = page - 2 * margin;
    text.textContent = noteTexts[i];
    let wide = note.getBBox().width;
    if (wide > room) {
      // In the middle: a path's end tells more, but a share's beginning does.
      const letters = noteTexts[i];
      const half = Math.floor((letters.length * room) / wide / 2) - 1;
      text.textContent = `${letters.slice(0, half)}…${letters.slice(-half)}`;
      wide = room;
    }
    if (from > margin && from + wide > margin + room) {
      from = margin;
      line += 18;
    }
    note.setAttribute("transform", `translate(${from} ${line})`);
    from += wide + 16;
  });
  return line + 12;
}

/** Frame the box that the pointer, a search or the keyboard is at, and tell about it. */
function follow() {
  const i = hovered ?? found ?? (boxes[current].matches(":focus-visible") ? current : null);
  details.textContent = i === null ? hint : describe(i).join(" · ");
  cursor.setAttribute("display", i !== null && isVisible(i) ? "inline" : "none");
  if (i === null) return;
  for (const side of ["x", "y", "width", "height"]) {
    cursor.setAttribute(side, boxes[i].getAttribute(side));
  }
}
