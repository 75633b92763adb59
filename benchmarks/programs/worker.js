'use strict';

// Three worker threads with different work; the main thread has some too.

const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

function sieve(limit) {
  const composite = new Uint8Array(limit + 1);
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    count++;
    for (let k = i * 2; k <= limit; k += i) composite[k] = 1;
  }
  return count;
}

function countWords(text) {
  const counts = new Map();
  for (const word of text.split(' ')) counts.set(word, (counts.get(word) || 0) + 1);
  return counts.size;
}

function copyDeep(value) {
  return JSON.parse(JSON.stringify(value));
}

const jobs = {
  sieve: () => sieve(400000),
  words: () => countWords('lorem ipsum dolor sit amet '.repeat(4000)),
  json: () => copyDeep(Array.from({ length: 3000 }, (_, id) => ({ id, name: `n${id}`, tags: ['a', 'b'] })))
};

function work(name, milliseconds) {
  const until = Date.now() + milliseconds;
  let rounds = 0;
  while (Date.now() < until) {
    jobs[name]();
    rounds++;
  }
  return rounds;
}

if (isMainThread) {
  for (const name of Object.keys(jobs)) {
    new Worker(__filename, { workerData: name }).on('message', rounds => console.log(name, rounds));
  }
  work('sieve', 1500);
} else {
  parentPort.postMessage(work(workerData, 2500));
}
