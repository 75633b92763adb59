// Counts words and ranks them, for a second and a half.
const words = Array.from({ length: 2000 }, (_, number) => `w${number % 97}`);

function count(list) {
  const seen = new Map();
  for (const word of list) seen.set(word, (seen.get(word) ?? 0) + 1);
  return seen;
}

function ranked(seen) {
  return [...seen].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

const end = Date.now() + 1500;
while (Date.now() < end) ranked(count(words));
