// What became of boxes from one side to the other: shares are compared, for sides differ in how long
// they were recorded.
import { percent } from "profkit/format";

/** The colours of a change, from much less to much more; palette.py has them too. */
export const CHANGES = ["m3", "m2", "m1", "m0", "z0", "p0", "p1", "p2", "p3"];
const STEPS = [0.001, 0.005, 0.02, 0.05];

/** Return a part of a whole; 0 of nothing. */
export const share = (value, whole) => (whole ? value / whole : 0);

/** Return by how much the share of a box changed: 0.01 is a point more. */
export function changeOf({ total, sum, base }, i) {
  return i < 0 ? 0 : share(total[i], sum) - share(base.total[i], base.sum);
}

/** Return the number of a change's colour: by 0.1, 0.5, 2 and 5 points. */
export function stepOf(change) {
  const steps = STEPS.filter((step) => Math.abs(change) >= step).length;
  return 4 + Math.sign(change) * steps;
}

/** Return a change of share in points, as in `+2.2`. */
export function pointsOf(change) {
  const text = (100 * change).toFixed(1);
  return /^-?0\.0$/.test(text) ? "0.0" : change > 0 ? `+${text}` : text;
}

/** Return a change of share in words, as in `+2.2 points`. */
export const points = (change) => `${pointsOf(change)} points`;

/** Say what became of a box. */
export function describeChange({ model, format }, tree, i) {
  const { base } = tree;
  if (i < 0) return `all · ${format.amount(base.sum)} before, ${format.amount(tree.sum)} after`;
  const { functions } = model;
  const figure = (word, before, after) =>
    `${word} ${percent(before, base.sum)} before, ${percent(after, tree.sum)} after ` +
    `(${points(share(after, tree.sum) - share(before, base.sum))})`;
  const fn = tree.fn[i];
  const figures = [
    figure("total", base.total[i], tree.total[i]),
    figure("self", base.self[i], tree.self[i]),
  ];
  return [functions.name(fn), functions.place(fn), figures.join(", ")].filter(Boolean).join(" · ");
}
