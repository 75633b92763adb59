// The pointer and the keyboard; at the end everything is started.

/** Make a box as wide as the picture. */
function zoom(i) {
  focus = i;
  draw();
  report();
}

/** Zoom as the user asked; the browser's Back leads out again. */
function zoomTo(i) {
  found = null;
  zoom(i);
  writeAddress(true);
}

function reset() {
  zoomTo(parts[partOf[focus]].first);
  boxes[current].focus({ preventScroll: true }); // the button that had it is gone
}

/** Make a box the one that the tabulator reaches; the others are reached by the arrow keys. */
function go(i) {
  boxes[current].removeAttribute("tabindex");
  boxes[current].removeAttribute("role");
  current = i;
  boxes[i].setAttribute("tabindex", "0");
  boxes[i].setAttribute("role", "button");
}

function widestOn(i) {
  let best = i;
  for (const j of onBox(i)) if (isVisible(j) && (best === i || total[j] > total[best])) best = j;
  return best;
}

/** Return the box on an ancestor of the focus through which the focus is reached. */
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

const below = (i) => (isHead(i) ? i : parent[i]);
const above = (i) => (isAbove(i) ? towardsFocus(i) : widestOn(i));
const moves = {
  ArrowUp: data.down ? below : above,
  ArrowDown: data.down ? above : below,
  ArrowLeft: (i) => neighbour(i, -1),
  ArrowRight: (i) => neighbour(i, 1),
  Home: () => 0,
};

function onKey(event) {
  const i = numberOf.get(event.target);
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key === "f" && event.target !== searchField) {
    openSearch();
  } else if (event.target === searchField && event.key === "Enter") {
    step(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape" && event.target !== searchField && !isHead(focus)) {
    reset();
  } else if (event.key === "Escape" && !searchField.hidden) {
    closeSearch();
  } else if (i !== undefined && (event.key === "Enter" || event.key === " ")) {
    zoomTo(i);
  } else if (i !== undefined && moves[event.key] && !isCommand && !event.altKey) {
    go(moves[event.key](i));
    hovered = found = null; // the pointer only lies there
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
  zoomTo(i);
}

function onHover(event) {
  hovered = numberOf.get(event.target) ?? null;
  follow();
}

function onSearch() {
  search(searchField.value);
  writeAddress();
}

svg.setAttribute("width", "100%");
svg.classList.add("live");
svg.append(cursor, panel);
// Without it a phone takes the page for one of 980 pixels, and shows it very small.
svg.prepend(create("xhtml", "meta", { name: "viewport", content: "width=device-width" }));
searchField.hidden = steps.hidden = true;
go(0);
draw();
readAddress();
svg.addEventListener("click", onClick);
svg.addEventListener("mouseover", onHover);
svg.addEventListener("mouseleave", onHover);
svg.addEventListener("focusin", follow);
svg.addEventListener("focusout", follow);
svg.addEventListener("keydown", onKey);
searchField.addEventListener("input", onSearch);
searchButton.addEventListener("click", openSearch);
previousButton.addEventListener("click", () => step(-1));
nextButton.addEventListener("click", () => step(1));
resetButton.addEventListener("click", reset);
addEventListener("popstate", readAddress);
addEventListener("resize", draw);
// The controls stay in sight; a picture that grows upwards begins at its foot.
addEventListener("scroll", () => panel.setAttribute("y", scrollY));
if (!data.down && scrollY === 0) scrollTo(0, svg.getBoundingClientRect().height);
