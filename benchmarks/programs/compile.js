'use strict';

// Compiles functions without end, as a bundle's first minutes do: most of the log tells of code.

const FUNCTIONS = 60000;

function source(number) {
  const terms = [];
  for (let i = 0; i < 6; i++) terms.push(`(a * ${number % (i + 3)} + b - ${i}) % 1009`);
  return `function step${number}(a, b) {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += ${terms.join(' + ')};
    return sum;
  }
  step${number}`;
}

let total = 0;
for (let number = 0; number < FUNCTIONS; number++) {
  const step = (0, eval)(source(number));
  for (let i = 0; i < 40; i++) total += step(i, number);
}
console.log(total);
