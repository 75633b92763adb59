'use strict';

// A WebAssembly module made by hand: fib calls itself, mix calls JavaScript.

const bytes = text => [...Buffer.from(text)];
const sized = content => [content.length, ...content];
const section = (id, content) => [id, ...sized(content)];

const I32 = 0x7f;
const fib = [
  0x00, 0x20, 0, 0x41, 2, 0x48, 0x04, I32, 0x20, 0, 0x05, // n < 2 ? n :
  0x20, 0, 0x41, 1, 0x6b, 0x10, 1, 0x20, 0, 0x41, 2, 0x6b, 0x10, 1, 0x6a, 0x0b, 0x0b // fib(n - 1) + fib(n - 2)
];
const mix = [0x00, 0x20, 0, 0x10, 1, 0x10, 0, 0x0b]; // twist(fib(n))

const module_ = new WebAssembly.Module(Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [1, 0x60, 1, I32, 1, I32]),
  ...section(2, [1, ...sized(bytes('env')), ...sized(bytes('twist')), 0x00, 0]),
  ...section(3, [2, 0, 0]),
  ...section(7, [2, ...sized(bytes('fib')), 0, 1, ...sized(bytes('mix')), 0, 2]),
  ...section(10, [2, ...sized(fib), ...sized(mix)]),
  ...section(0, [...sized(bytes('name')), 1, ...sized(
    [3, 0, ...sized(bytes('twist')), 1, ...sized(bytes('fib')), 2, ...sized(bytes('mix'))])])
]));

function twist(value) {
  let result = value | 0;
  for (let i = 0; i < 2000; i++) result = (result * 31 + i) | 0;
  return result;
}

const { exports: wasm } = new WebAssembly.Instance(module_, { env: { twist } });

function callFib() {
  return wasm.fib(22);
}

function callMix() {
  let sum = 0;
  for (let n = 0; n < 400; n++) sum += wasm.mix(n % 12);
  return sum;
}

const until = Date.now() + 4000;
while (Date.now() < until) {
  callFib();
  callMix();
}
