import { sortBy } from 'lodash-es';
import { countWords, type Count } from './words';

function ranked(text: string): Count[] {
  const counts = [...countWords(text)].map(([word, times]) => ({ word, times }));
  return sortBy(counts, (count: Count) => -count.times);
}

const text = Array.from({ length: 3000 }, (_, n) => `word${(n * 7919) % 997}`).join(' ');
let total = 0;
const end = Date.now() + 1500;
while (Date.now() < end) total += ranked(text).length;
console.log(total > 0);
