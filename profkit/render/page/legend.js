// What the colours mean, of those that occur.
import { element } from "profkit/dom";

/** Make the legend: a line of swatches and words. */
export function legendOf({ families, palette }) {
  const present = new Set(palette.map((swatch) => swatch[0]));
  const entries = Object.entries(families).map(([meaning, letters]) => {
    const shown = [...letters].filter((letter) => present.has(letter));
    return shown.length ? element("span", {}, ...shown.map(swatch), meaning) : null;
  });
  return element("p", { id: "legend", "aria-label": "Colours" }, ...entries);
}

function swatch(letter) {
  const made = element("i");
  made.style.background = `var(--${letter}0)`;
  return made;
}
