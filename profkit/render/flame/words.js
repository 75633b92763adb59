// What a box's title says. The file has it only for the widest boxes; flame_words.py says the same.

const percent = (value, all) => (all ? `${((100 * value) / all).toFixed(1)} %` : "- %");

function digits(value, decimals) {
  const exactly = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en-US", exactly);
}

const amount = (value) => `${digits(value / unit.divisor, unit.decimals)} ${unit.label}`;

function duration(nanoseconds) {
  for (const [label, divisor, decimals] of [["s", 1e9, 2], ["ms", 1e6, 1], ["µs", 1e3, 1]]) {
    if (nanoseconds >= divisor) return `${digits(nanoseconds / divisor, decimals)} ${label}`;
  }
  return `${nanoseconds} ns`;
}

function points(difference) {
  const text = (100 * difference).toFixed(1);
  if (Number(text) === 0) return "0.0 points";
  return `${difference > 0 ? "+" : ""}${text} points`;
}

function sized(i, value) {
  const { first, isThread } = parts[partOf[i]];
  if (i === first && isThread && value === total[i]) {
    return `${amount(value)} (${percent(value, whole)} of all threads)`;
  }
  return `${amount(value)} (${percent(value, total[first])})`;
}

function leafOf(i) {
  while (depth[i] > 1) i = parent[i];
  return i;
}

function turnedOver(i) {
  if (depth[i] <= 1) return `${depth[i] ? "self" : "total"} ${sized(i, total[i])}`;
  const leaf = leafOf(i);
  return `called for ${sized(i, total[i])}, ${percent(total[i], total[leaf])} of ${name(leaf)}`;
}

function timed(i) {
  const lasting = (value) => `${duration(value)} (${percent(value, whole)})`;
  if (isHead(i)) return `total ${duration(total[i])}, ${lasting(self[i])} of it blank`;
  return `total ${lasting(total[i])}, self ${lasting(self[i])}, from ${duration(x[i])}`;
}

function compared(i) {
  const { base, candidate, baseSelf, candidateSelf, baseTotal, candidateTotal } = change;
  const part = (value, all) => (all ? value / all : 0);
  const shares = (after, before) => [percent(after, candidateTotal), percent(before, baseTotal)];
  const difference = (after, before) => points(part(after, candidateTotal) - part(before, baseTotal));
  const [after, before] = shares(candidate[i], base[i]);
  const [afterSelf, beforeSelf] = shares(candidateSelf[i], baseSelf[i]);
  return (
    `total ${after} (${amount(candidate[i])}), base ${before} (${amount(base[i])}), ` +
    `${difference(candidate[i], base[i])}; self ${afterSelf}, base ${beforeSelf}, ` +
    difference(candidateSelf[i], baseSelf[i])
  );
}

function figures(i) {
  if (change) return compared(i);
  if (isChart) return timed(i);
  if (layout === "heavy") return turnedOver(i);
  return `total ${sized(i, total[i])}, self ${sized(i, self[i])}`;
}

const describe = (i) => [name(i), place(i), figures(i)].filter(Boolean);
