// What the colours mean, of those that occur.
import { CHANGES } from "profkit/change";
import { element } from "profkit/dom";

/** Make the legend: a line of swatches and words. */
export function legendOf({ sides, functions: { families, palette } }) {
  if (sides) return line(element("span", {}, "less ", ...CHANGES.map(swatch), " more of the whole"));
  const present = new Set(palette.map((swatch) => swatch[0]));
  const entries = Object.entries(families).map(([meaning, letters]) => {
    const shown = [...letters].filter((letter) => present.has(letter));
    return shown.length ? element("span", {}, ...shown.map((letter) => swatch(`${letter}0`)), meaning) : null;
  });
  return line(...entries);
}

const line = (...entries) => element("p", { id: "legend", "aria-label": "Colours" }, ...entries);

function swatch(name) {
  const made = element("i");
  made.style.background = `var(--${name})`;
  return made;
}
