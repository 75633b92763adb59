'use strict';

// Bounded load for the service on this machine: log-ins, queries, health
// checks. Needs a Node that autocannon supports, which may be newer than the
// one that runs the service.
//
//   node load.js [--port 3000] [--requests 20000] [--connections 10] [--seconds 60]

const http = require('node:http');
const { parseArgs } = require('node:util');
const autocannon = require('autocannon');

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    requests: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' }
  }
});

const url = `http://127.0.0.1:${values.port}`;

// What a browser behind a proxy sends along.
const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  accept: 'application/json, text/plain, */*',
  'accept-language': 'en-GB,en;q=0.8,de;q=0.5,fr;q=0.3',
  'accept-encoding': 'gzip, deflate, br, zstd',
  referer: 'http://127.0.0.1/dashboard/users?team=search&page=3',
  cookie: 'theme=dark; layout=wide; consent=yes; visited=2024-02-29',
  dnt: '1',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
  'x-forwarded-for': '192.0.2.17',
  'x-forwarded-proto': 'https',
  'x-request-id': '00000000-0000-4000-8000-000000000000',
  priority: 'u=4',
  pragma: 'no-cache',
  'cache-control': 'no-cache'
};

function logInBody(id) {
  return JSON.stringify({ name: `user${id}`, password: `password${id}` });
}

function logIn() {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' }
    }, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => { text += chunk; });
      response.on('end', () => resolve(JSON.parse(text).token));
    });
    request.on('error', reject);
    request.end(logInBody(1));
  });
}

function logInRequest(id) {
  return {
    method: 'POST',
    path: '/login',
    headers: { ...BROWSER, 'content-type': 'application/json' },
    body: logInBody(id)
  };
}

async function main() {
  const headers = { ...BROWSER, authorization: `Bearer ${await logIn()}` };
  const health = { method: 'GET', path: '/health', headers: BROWSER };
  const start = process.hrtime.bigint();
  let end = start;
  const load = autocannon({
    url,
    connections: Number(values.connections),
    amount: Number(values.requests),
    maxOverallRequests: Number(values.requests),
    timeout: Number(values.seconds),
    requests: [
      logInRequest(1),
      health,
      { method: 'GET', path: '/users?role=reader&sort=logins', headers },
      health,
      health,
      logInRequest(7),
      health,
      { method: 'GET', path: '/users?sort=name', headers },
      health
    ]
  });
  // autocannon looks at its clock once a second; this one is finer.
  load.on('response', () => { end = process.hrtime.bigint(); });
  const result = await load;
  const seconds = Number(end - start) / 1e9;
  console.log(JSON.stringify({
    requests: result.requests.total,
    perSecond: Math.round(result.requests.total / seconds),
    errors: result.errors,
    non2xx: result.non2xx
  }));
  process.exitCode = result.errors || result.non2xx ? 1 : 0;
}

main();
