'use strict';

// node profile.js OUT.cpuprofile
//
// Profiles itself by the inspector, as programs did before node had --cpu-prof (version 12).

const fs = require('fs');
const inspector = require('inspector');

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

function sorted(count) {
  const rows = [];
  for (let i = 0; i < count; i++) {
    rows.push({ key: (i * 7919) % count, text: 'row ' + i });
  }
  return rows.sort((a, b) => a.key - b.key);
}

function work(until) {
  let rounds = 0;
  while (Date.now() < until) {
    fibonacci(18);
    sorted(2000);
    rounds++;
  }
  return rounds;
}

const session = new inspector.Session();
session.connect();
const post = (method, params) => new Promise((resolve, reject) => {
  session.post(method, params || {}, (error, answer) => error ? reject(error) : resolve(answer));
});

post('Profiler.enable')
  .then(() => post('Profiler.setSamplingInterval', { interval: 500 }))
  .then(() => post('Profiler.start'))
  .then(() => { work(Date.now() + 250); })
  .then(() => new Promise(resolve => setTimeout(resolve, 20)))
  .then(() => post('Profiler.stop'))
  .then(({ profile }) => fs.writeFileSync(process.argv[2], JSON.stringify(profile)));
