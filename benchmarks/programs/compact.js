'use strict';

// Holds much compiled code and collects garbage again and again, for a run in which every
// collection compacts: most of the log tells that code moves.

const FUNCTIONS = 1500;
const COLLECTIONS = 220;

const steps = [];
for (let number = 0; number < FUNCTIONS; number++) {
  const step = new Function('a', 'b', `return (a * ${number} + b) % ${number + 7};`);
  for (let i = 0; i < 400; i++) step(i, number);
  steps.push(step);
}

let total = 0;
for (let turn = 0; turn < COLLECTIONS; turn++) {
  for (let number = 0; number < FUNCTIONS; number += 3) total += steps[number](turn, number);
  globalThis.gc();
}
console.log(total);
