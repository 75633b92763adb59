"use strict";
// Zoom, search and keyboard for the picture that this script stands in. Without it the picture is
// as complete, it only does not answer. Names come from a profile: they are only ever set as text.
(() => {
  const svg = document.currentScript.closest("svg");
  const part = (id) => svg.querySelector(`#${id}`);
  const data = JSON.parse(part("data").textContent);
  const { functions, depth, x, self, total, unit, margin } = data;
  const count = x.length;
  const boxes = Array.from(part("boxes").children);
  const numberOf = new Map(boxes.map((box, i) => [box, i]));
  const name = (i) => functions[data.function[i]][0];
  const [parent, end] = family();

  let focus = 0; // the box that is as wide as the picture
  let current = 0; // the box that the keyboard is at
  let hovered = null; // the box that the pointer is at
  let matches = null; // by box, whether it is what was searched for; null where nothing was
  let width = 0; // of the boxes' part of the picture, in pixels
  const [SHOWN, ABOVE, HIDDEN] = [0, 1, 2];
  const states = new Uint8Array(count);

  const hint = "Click a box to zoom in. Ctrl-F searches.";
  const labels = part("labels");
  const notes = part("notes");
  const noteTexts = Array.from(notes.children, (note) => note.textContent);
  const cursor = create("svg", "rect", { id: "cursor" });
  const searchButton = create("xhtml", "button", { type: "button" }, "Search");
  const resetButton = create("xhtml", "button", { type: "button" }, "Reset zoom");
  const searchField = create("xhtml", "input", {
    "aria-label": "Search names and places by a regular expression",
    placeholder: "Regular expression",
    spellcheck: "false",
    type: "search",
  });
  const result = create("xhtml", "output");
  const details = create("xhtml", "p", { "aria-live": "off" });
  const heading = create("xhtml", "b", {}, svg.querySelector("title").textContent);
  const bar = create("xhtml", "div", {}, heading, searchField, searchButton, resetButton);
  const line = create("xhtml", "div", {}, details, result);
  const panel = create("svg", "foreignObject", { height: data.header });
  panel.append(create("xhtml", "header", {}, bar, line));
  const characterWidth = measureCharacter();

  function create(kind, tag, attributes = {}, ...children) {
    const space = { svg: "http://www.w3.org/2000/svg", xhtml: "http://www.w3.org/1999/xhtml" }[kind];
    const element = document.createElementNS(space, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function measureCharacter() {
    const probe = labels.appendChild(create("svg", "text", {}, "0".repeat(100)));
    const measured = probe.getComputedTextLength() / 100;
    probe.remove();
    return measured || 6.6;
  }

  /** Return each box's parent and one past its last descendant: boxes stand depth first. */
  function family() {
    const parents = new Int32Array(count).fill(-1);
    const ends = new Int32Array(count).fill(count);
    const open = [];
    for (let i = 0; i < count; i++) {
      while (open.length > depth[i]) ends[open.pop()] = i;
      if (open.length) parents[i] = open[open.length - 1];
      open.push(i);
    }
    return [parents, ends];
  }

  const isAbove = (i) => i < focus && end[i] > focus;
  const isVisible = (i) => i < end[focus] && end[i] > focus;
  const pixels = (value) => Math.min(1, Math.max(0, (value - x[focus]) / total[focus])) * width;
  const left = (i) => pixels(x[i]);
  const right = (i) => pixels(x[i] + total[i]);
  const top = (i) => Number(boxes[i].getAttribute("y"));

  // What a box's title says. The file has it only for the widest boxes.

  const percent = (value, whole) => `${((100 * value) / whole).toFixed(1)} %`;

  function amount(value) {
    const digits = { minimumFractionDigits: unit.decimals, maximumFractionDigits: unit.decimals };
    return `${(value / unit.divisor).toLocaleString("en-US", digits)} ${unit.label}`;
  }

  function describe(i) {
    const figure = (word, value) => `${word} ${amount(value)} (${percent(value, total[0])})`;
    const figures = `${figure("total", total[i])}, ${figure("self", self[i])}`;
    return [...functions[data.function[i]], figures].filter(Boolean);
  }

  // Drawing

  function draw() {
    const page = svg.getBoundingClientRect().width;
    width = Math.max(1, page - 2 * margin);
    boxes.forEach(place);
    drawLabels();
    follow();
    const bottom = flow(page);
    svg.setAttribute("viewBox", `0 0 ${page} ${bottom}`);
    svg.setAttribute("height", bottom);
    panel.setAttribute("width", page);
    resetButton.hidden = focus === 0;
  }

  function place(box, i) {
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
  function fit(name, cells) {
    if (cells < 3) return "";
    const size = (letter) => (letter > "\u10ff" ? 2 : 1);
    let kept = "";
    let room = cells;
    for (const letter of name) {
      room -= size(letter);
      if (room < 0) {
        const letters = Array.from(kept);
        for (room += size(letter); room < 1; ) room += size(letters.pop());
        return `${letters.join("")}…`;
      }
      kept += letter;
    }
    return name;
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
        const whole = noteTexts[i];
        const half = Math.floor((whole.length * room) / wide / 2) - 1;
        text.textContent = `${whole.slice(0, half)}…${whole.slice(-half)}`;
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

  function zoom(i) {
    focus = i;
    draw();
    report();
  }

  function reset() {
    zoom(0);
    boxes[current].focus({ preventScroll: true }); // the button that had it is gone
  }

  // Search

  function search(pattern) {
    let expression = null;
    searchField.removeAttribute("aria-invalid");
    try {
      // Case counts where the pattern has a capital letter; those of \S and its like are none.
      const flags = /[A-Z]/.test(pattern.replace(/\\./g, "")) ? "" : "i";
      expression = pattern && new RegExp(pattern, flags);
    } catch {
      searchField.setAttribute("aria-invalid", "true");
    }
    matches = expression ? find(expression) : null;
    boxes.forEach((box, i) => box.classList.toggle("match", Boolean(matches?.[i])));
    svg.classList.toggle("searching", matches !== null);
    drawLabels();
    report();
  }

  function find(expression) {
    const found = functions.map((texts) => texts.some((text) => expression.test(text)));
    found[0] = false; // what stands for everything is no function
    return data.function.map((number) => found[number]);
  }

  /** Sum what the matches in a box take of it. A match within another one counts once. */
  function matched(i) {
    for (let above = i; above >= 0; above = parent[above]) if (matches[above]) return total[i];
    let sum = 0;
    for (let j = i + 1; j < end[i]; j = matches[j] ? end[j] : j + 1) if (matches[j]) sum += total[j];
    return sum;
  }

  function report() {
    const share = (i) => percent(matched(i), total[i]);
    const texts = [];
    if (matches) texts.push(`${share(0)} matched`);
    if (matches && focus) texts.push(`(${share(focus)} of the zoomed)`);
    result.textContent = texts.join(" ");
  }

  function openSearch() {
    svg.classList.add("asking");
    searchField.hidden = false;
    searchButton.hidden = true;
    searchField.focus();
    searchField.select();
  }

  function closeSearch() {
    searchField.value = "";
    search("");
    svg.classList.remove("asking");
    searchField.hidden = true;
    searchButton.hidden = false;
    searchButton.focus();
  }

  // Pointer and keyboard

  /** Make a box the one that the tabulator reaches; the others are reached by the arrow keys. */
  function go(i) {
    boxes[current].removeAttribute("tabindex");
    boxes[current].removeAttribute("role");
    current = i;
    boxes[i].setAttribute("tabindex", "0");
    boxes[i].setAttribute("role", "button");
  }

  /** Frame the box that the pointer or the keyboard is at, and tell about it. */
  function follow() {
    const i = hovered ?? (boxes[current].matches(":focus-visible") ? current : null);
    details.textContent = i === null ? hint : describe(i).join(" · ");
    cursor.setAttribute("display", i !== null && isVisible(i) ? "inline" : "none");
    if (i === null) return;
    for (const side of ["x", "y", "width", "height"]) {
      cursor.setAttribute(side, boxes[i].getAttribute(side));
    }
  }

  function widestCallee(i) {
    let best = i;
    for (let j = i + 1; j < end[i]; j = end[j]) if (best === i || total[j] > total[best]) best = j;
    return best;
  }

  /** Return the callee of an ancestor of the focus through which the focus is reached. */
  function towardsFocus(i) {
    let j = focus;
    while (parent[j] !== i) j = parent[j];
    return j;
  }

  function neighbour(i, step) {
    for (let j = i + step; j >= 0 && j < count; j += step) {
      if (depth[j] === depth[i] && isVisible(j) && right(j) - left(j) >= 1) return j;
    }
    return i;
  }

  const caller = (i) => Math.max(0, parent[i]);
  const callee = (i) => (isAbove(i) ? towardsFocus(i) : widestCallee(i));
  const isIcicle = count > 1 && top(0) < top(1);
  const moves = {
    ArrowUp: isIcicle ? caller : callee,
    ArrowDown: isIcicle ? callee : caller,
    ArrowLeft: (i) => neighbour(i, -1),
    ArrowRight: (i) => neighbour(i, 1),
    Home: () => 0,
  };

  function onKey(event) {
    const i = numberOf.get(event.target);
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "f" && event.target !== searchField) {
      openSearch();
    } else if (event.key === "Escape" && event.target !== searchField && focus) {
      zoom(0);
    } else if (event.key === "Escape" && !searchField.hidden) {
      closeSearch();
    } else if (i !== undefined && (event.key === "Enter" || event.key === " ")) {
      zoom(i);
    } else if (i !== undefined && moves[event.key] && !isCommand && !event.altKey) {
      go(moves[event.key](i));
      hovered = null; // the pointer only lies there
      boxes[current].focus();
    } else {
      return;
    }
    event.preventDefault();
  }

  function onClick(event) {
    const i = numberOf.get(event.target);
    if (i === undefined) return;
    go(i);
    boxes[i].focus({ preventScroll: true });
    zoom(i);
  }

  function onHover(event) {
    hovered = numberOf.get(event.target) ?? null;
    follow();
  }

  svg.setAttribute("width", "100%");
  svg.classList.add("live");
  svg.append(cursor, panel);
  // Without it a phone takes the page for one of 980 pixels, and shows it very small.
  svg.prepend(create("xhtml", "meta", { name: "viewport", content: "width=device-width" }));
  searchField.hidden = true;
  go(0);
  draw();
  svg.addEventListener("click", onClick);
  svg.addEventListener("mouseover", onHover);
  svg.addEventListener("mouseleave", onHover);
  svg.addEventListener("focusin", follow);
  svg.addEventListener("focusout", follow);
  svg.addEventListener("keydown", onKey);
  searchField.addEventListener("input", () => search(searchField.value));
  searchButton.addEventListener("click", openSearch);
  resetButton.addEventListener("click", reset);
  addEventListener("resize", draw);
  // The controls stay in sight; a picture that grows upwards begins at its foot.
  addEventListener("scroll", () => panel.setAttribute("y", scrollY));
  if (!isIcicle && scrollY === 0) scrollTo(0, svg.getBoundingClientRect().height);
})();
