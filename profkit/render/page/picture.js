// A view as a file: the same boxes as on the canvas, as an SVG or a PNG.
//
// A view that can be one has picture(): {title, width, height, paint(painter)}.
import { BOX, FONT, boxWidth, colorsOf, labelOf, painterOn } from "profkit/painter";

const LETTER = 6.6; // of a monospace of 11 pixels
const TALLEST = 16_000; // pixels of a canvas that every browser makes

const xml = (text) =>
  text.replace(/[&<>"\ufffe\uffff]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? "\ufffd");
const short = (number) => Number(number.toFixed(2));

/** Return the picture as the text of an SVG document. */
export function toSVG({ title, width, height, paint }, palette) {
  const colors = colorsOf(palette);
  const parts = [];
  paint({
    fill(x, y, wide, high, color, alpha = 1) {
      parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(wide)}" height="${short(high)}" fill="${color}" opacity="${alpha}"/>`);
    },
    text(x, y, words, color, bold = false) {
      parts.push(`<text x="${short(x)}" y="${short(y)}" fill="${color}" font-size="12"${bold ? ' font-weight="600"' : ""}>${xml(words)}</text>`);
    },
    box(x, y, wide, { color, label, alpha, text, words }) {
      const shape = `<rect x="${short(x)}" y="${short(y)}" width="${short(boxWidth(wide))}" height="${BOX}" fill="${color}" opacity="${alpha}">`;
      parts.push(`${shape}<title>${xml(words?.() ?? label)}</title></rect>`);
      const shown = labelOf(label, wide, LETTER);
      if (shown) parts.push(`<text class="label" x="${short(x + 3)}" y="${short(y + 12.5)}" fill="${text}">${xml(shown)}</text>`);
    },
    outline() {},
  }, colors);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${xml(title)}</title>`,
    `<style>text { font-family: system-ui, sans-serif; } .label { font: ${xml(FONT)}; }</style>`,
    `<rect width="100%" height="100%" fill="${colors.page}"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** Return the picture as a PNG, as sharp as the screen; its foot is cut where it is too tall. */
export function toPNG({ width, height, paint }, palette) {
  const colors = colorsOf(palette);
  const ratio = devicePixelRatio || 1;
  const high = Math.min(height, Math.floor(TALLEST / ratio));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(high * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.fillStyle = colors.page;
  context.fillRect(0, 0, width, high);
  paint(painterOn(context, colors), colors);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
