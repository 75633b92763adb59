// Boxes on a canvas: colours from the page's style, labels cut to their boxes.

import { CHANGES } from "profkit/change";

export const ROW = 18;
export const BOX = 17;
export const FONT = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace';

/** Read the colours of the page, which differ between light and dark. */
export function colorsOf(palette) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    swatches: palette.map(color),
    changes: CHANGES.map((name) => color(name) || color("i0")),
    root: color("i0"),
    page: color("page"),
    text: color("text"),
    soft: color("soft"),
    line: color("line"),
    match: color("match"),
    matchText: color("match-text"),
    cursor: color("cursor"),
    band: color("band"),
  };
}

/** Call back when the page turns light or dark; returns what ends that. */
export function onScheme(listener) {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Make a canvas as large as its box in real pixels; returns its context in CSS pixels. */
export function sized(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

let letter = 0;

/** Return how wide a letter of a label is. */
function letterWidth(context) {
  if (letter) return letter;
  context.font = FONT;
  letter = context.measureText("0".repeat(100)).width / 100 || 6.6;
  return letter;
}

/** Shorten a name to so many cells. East Asian letters and emoji take two. */
export function fit(name, cells) {
  if (cells < 3) return "";
  const size = (sign) => (sign > "\u10ff" ? 2 : 1);
  let kept = "";
  let room = cells;
  for (const sign of name) {
    room -= size(sign);
    if (room < 0) {
      const signs = Array.from(kept);
      for (room += size(sign); room < 1; ) room += size(signs.pop());
      return `${signs.join("")}…`;
    }
    kept += sign;
  }
  return name;
}

/**
 * Return what draws on a canvas: `fill(x, y, width, height, color, alpha)`, `text(x, y, words,
 * color, bold)`, `outline(x, y, width)` and `box(x, y, width, {color, label, alpha, text})`.
 * `picture.js` has the same for a file.
 */
export function painterOn(context, colors) {
  const wide = letterWidth(context);
  context.textBaseline = "alphabetic";
  return {
    fill(x, y, width, height, color, alpha = 1) {
      context.globalAlpha = alpha;
      context.fillStyle = color;
      context.fillRect(x, y, width, height);
    },
    text(x, y, words, color, bold = false) {
      context.globalAlpha = 1;
      context.fillStyle = color;
      context.font = `${bold ? "600 " : ""}12px system-ui, sans-serif`;
      context.fillText(words, x, y);
      context.font = FONT;
    },
    box(x, y, width, { color, label, alpha, text }) {
      context.globalAlpha = alpha;
      context.fillStyle = color;
      context.fillRect(x, y, boxWidth(width), BOX);
      const shown = labelOf(label, width, wide);
      if (!shown) return;
      context.globalAlpha = Math.max(alpha, 0.7);
      context.fillStyle = text;
      context.font = FONT;
      context.fillText(shown, x + 3, y + 12.5);
    },
    outline(x, y, width) {
      context.globalAlpha = 1;
      context.strokeStyle = colors.cursor;
      context.lineWidth = 1.5;
      context.strokeRect(x + 0.75, y + 0.25, Math.max(1, width - 2), BOX - 0.5);
    },
  };
}

/** Return how wide a box is drawn: neighbours are kept apart where there is room. */
export const boxWidth = (width) => (width > 1.5 ? width - 0.6 : Math.max(width, 0.5));

/** Return what of a name stands in a box. */
export const labelOf = (name, width, letter) => (width > 26 ? fit(name, (width - 7) / letter) : "");

/** Show on the right edge which part of a picture is in sight, where it is taller than the window. */
export function scrollbar(painter, colors, { width, height, scroll }, whole) {
  if (whole <= height) return;
  const long = Math.max(24, (height / whole) * height);
  painter.fill(width - 5, (scroll / (whole - height)) * (height - long), 4, long, colors.soft, 0.5);
}
