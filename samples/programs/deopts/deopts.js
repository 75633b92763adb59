// Optimised code that V8 has to throw away, over and over, beside work that stays optimised.
"use strict";

const SECONDS = 5;

function steady(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum * 31 + i) % 1000003;
  return sum;
}

// Each call makes another function, lets V8 optimise it for small integers, then breaks that.
let made = 0;
function unsteady() {
  const name = `add${made++}`;
  const add = eval(`(function ${name}(o) { let s = 0; for (let i = 0; i < 3000; i++) s += o.a; return s; })`);
  let sum = 0;
  for (let i = 0; i < 6; i++) sum += add({ a: i });
  sum += add({ a: 1.5 });
  sum += add({ b: 1, a: 2 });
  sum += add({ a: "x" }).length;
  for (let i = 0; i < 3; i++) sum += add({ c: i, a: i });
  return sum;
}

function parse(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += JSON.parse(`{"a":${i}}`).a;
  return sum;
}

let sum = 0;
for (const end = Date.now() + SECONDS * 1000; Date.now() < end; ) {
  sum += unsteady() + steady(20000) + parse(300);
}
console.log(sum);
