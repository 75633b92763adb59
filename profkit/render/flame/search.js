// The controls above the picture, and the search.

const hint = "Click a box to zoom in. Ctrl-F searches.";
const button = (text, attributes = {}) =>
  create("xhtml", "button", { type: "button", ...attributes }, text);
const searchButton = button("Search");
const resetButton = button("Reset zoom");
const previousButton = button("‹", { "aria-label": "Previous match" });
const nextButton = button("›", { "aria-label": "Next match" });
const searchField = create("xhtml", "input", {
  "aria-label": "Search names and places by a regular expression",
  maxlength: "500",
  placeholder: "Regular expression",
  spellcheck: "false",
  type: "search",
});
const steps = create("xhtml", "span", {}, previousButton, nextButton);
const result = create("xhtml", "output");
const details = create("xhtml", "p", { "aria-live": "off" });
const heading = create("xhtml", "b", {}, svg.querySelector("title").textContent);
const bar = create("xhtml", "div", {}, heading, searchField, steps, searchButton, resetButton);
const line = create("xhtml", "div", {}, details, result);
const panel = create("svg", "foreignObject", { height: data.header });
panel.append(create("xhtml", "header", {}, bar, line));

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
  found = null;
  boxes.forEach((box, i) => box.classList.toggle("match", Boolean(matches?.[i])));
  svg.classList.toggle("searching", matches !== null);
  steps.hidden = !matches?.includes(true);
  drawLabels();
  follow();
  report();
}

function find(expression) {
  const isFound = functions.map((texts) => texts.some((text) => expression.test(text)));
  // What stands for everything is no function.
  return data.function.map((number, i) => !isHead(i) && isFound[number]);
}

/** Sum what the matches in a box take of it. A match within another one counts once. */
function matched(i) {
  for (let above = i; above >= 0; above = parent[above]) if (matches[above]) return total[i];
  let sum = 0;
  for (let j = i + 1; j < end[i]; j = matches[j] ? end[j] : j + 1) if (matches[j]) sum += total[j];
  return sum;
}

/** Return the share of matches in all parts together; of a chart's time that is not blank. */
function matchedOfAll() {
  let [sum, all] = [0, 0];
  for (const { first } of parts) {
    sum += matched(first);
    all += total[first] - (isChart ? self[first] : 0);
  }
  return percent(sum, all);
}

function report() {
  const texts = [];
  if (matches && found !== null) {
    const before = matches.slice(0, found + 1).filter(Boolean).length;
    texts.push(`${before} of ${matches.filter(Boolean).length} ·`);
  }
  if (matches) texts.push(`${matchedOfAll()} matched`);
  if (matches && !isHead(focus)) {
    texts.push(`(${percent(matched(focus), total[focus])} of the zoomed)`);
  }
  result.textContent = texts.join(" ");
}

/** Go to the next match, or the one before; it is zoomed to where it would not be seen. */
function step(direction) {
  if (!matches?.includes(true)) return;
  let i = found ?? (direction > 0 ? -1 : count);
  do i = (i + direction + count) % count;
  while (!matches[i]);
  found = i;
  hovered = null; // the pointer only lies there
  go(i);
  if (!isVisible(i) || right(i) - left(i) < 2) zoom(i);
  boxes[i].scrollIntoView({ block: "nearest" });
  if (boxes[i].getBoundingClientRect().top < data.header) scrollBy(0, -data.header);
  follow();
  report();
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
  writeAddress();
}
