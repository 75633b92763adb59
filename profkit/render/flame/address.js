// The address: what is zoomed and searched for stands in it after the #, so that it can be sent,
// kept, and gone back to. #zoom=main;serve;write:2&search=log is the second write on serve on main;
// where there are several parts their number comes first. A box whose path is too long goes by its
// number instead.

const LONGEST_PATH = 2000;
// What stands in another page, such as a notebook's, has no address of its own.
const hasAddress = location.protocol !== "about:";

function* onBox(i) {
  for (let j = i + 1; j < end[i]; j = end[j]) yield j;
}

function pathOf(i) {
  const steps = [];
  for (; !isHead(i); i = parent[i]) {
    let nth = 1;
    for (const j of onBox(parent[i])) if (j < i && name(j) === name(i)) nth++;
    steps.unshift(encodeURIComponent(name(i)) + (nth > 1 ? `:${nth}` : ""));
  }
  return (parts.length > 1 ? [partOf[i] + 1, ...steps] : steps).join(";");
}

function addressed() {
  const members = [];
  if (!isHead(focus)) {
    const path = pathOf(focus);
    members.push(path.length <= LONGEST_PATH ? `zoom=${path}` : `box=${focus}`);
  }
  if (searchField.value) members.push(`search=${encodeURIComponent(searchField.value)}`);
  return members.join("&");
}

/** Write what is looked at into the address; as a step that can be gone back from where asked. */
function writeAddress(isStep = false) {
  if (!hasAddress) return;
  try {
    const hash = `#${addressed()}`;
    if (hash === (location.hash || "#")) return;
    if (isStep) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  } catch {
    // Text that is no Unicode, or a browser that lets no file have an address: then without one.
  }
}

function boxOn(i, step) {
  const [encoded, nth] = step.split(":");
  let left = nth === undefined ? 1 : Number(nth);
  const wanted = decodeURIComponent(encoded);
  for (const j of onBox(i)) if (name(j) === wanted && --left === 0) return j;
  return null;
}

/** Return the box of a path: as far as it is there, since another picture may have less of it. */
function boxAt(path) {
  const steps = path.split(";");
  const number = parts.length > 1 ? Number(steps.shift()) : 1;
  if (!parts[number - 1]) return 0;
  let i = parts[number - 1].first;
  for (const step of steps) {
    const next = boxOn(i, step);
    if (next === null) break;
    i = next;
  }
  return i;
}

function readAddress() {
  if (!hasAddress) return;
  const members = new Map(
    location.hash.slice(1).split("&").map((member) => {
      const [key, ...value] = member.split("=");
      return [key, value.join("=")];
    }),
  );
  let [i, pattern] = [0, ""];
  try {
    pattern = decodeURIComponent(members.get("search") ?? "").slice(0, 500);
    const number = Number(members.get("box"));
    if (members.get("zoom")) i = boxAt(members.get("zoom"));
    else if (Number.isInteger(number) && number > 0 && number < count) i = number;
  } catch {
    // An address that somebody wrote by hand, or cut.
  }
  searchField.value = pattern;
  searchField.hidden = !pattern;
  searchButton.hidden = Boolean(pattern);
  svg.classList.toggle("asking", Boolean(pattern));
  zoom(i);
  search(pattern);
}
