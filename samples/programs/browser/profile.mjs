// Profile the page in headless Chromium over the DevTools protocol.
//
//   node profile.mjs CHROMIUM PAGE ROUNDS OUTPUT
//   node profile.mjs CHROMIUM PAGE ROUNDS - OPTION...    with Chromium's own options instead
//
// An OUTPUT that ends in .json is a trace, of the page and a worker beside it, as the Performance
// panel of DevTools records it; any other is a CPU profile of the page.
//
// Needs a Node with a global WebSocket (22 or newer) and no packages.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [chromium, page, rounds, output, ...options] = process.argv.slice(2);
const isTraced = output.endsWith('.json');
const isProfiled = output !== '-' && !isTraced;
// What the Performance panel asks for, but for pictures and the stacks of its own events.
const categories = [
  'devtools.timeline', 'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame', 'disabled-by-default-v8.compile',
  'disabled-by-default-v8.cpu_profiler', 'v8.execute', 'v8', 'blink.console', 'blink.user_timing',
  'loading', 'latencyInfo', 'cppgc'
];
const profileFolder = mkdtempSync('/srv/browser/user-data-');

const browser = spawn(chromium, [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-dev-shm-usage', '--remote-debugging-port=0',
  `--user-data-dir=${profileFolder}`, ...options, 'about:blank'
], { stdio: ['ignore', 'ignore', 'pipe'] });

function debuggerAddress() {
  return new Promise((resolve, reject) => {
    let text = '';
    browser.stderr.on('data', chunk => {
      text += chunk;
      const found = /DevTools listening on (ws:\S+)/.exec(text);
      if (found) resolve(found[1]);
    });
    browser.on('exit', status => reject(new Error(`Chromium ended with ${status}: ${text}`)));
  });
}

class Connection {
  constructor(socket) {
    this.socket = socket;
    this.waiting = new Map();
    this.listeners = new Map();
    this.last = 0;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.id) {
        const { resolve, reject } = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      } else {
        this.listeners.get(message.method)?.(message.params);
      }
    };
  }

  static async open(address) {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no connection to ${address}`));
    });
    return new Connection(socket);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  once(method) {
    return new Promise(resolve => this.listeners.set(method, resolve));
  }
}

try {
  const connection = await Connection.open(await debuggerAddress());
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method, params) => connection.send(method, params, sessionId);

  async function readStream(handle) {
    const pieces = [];
    let piece;
    do {
      piece = await send('IO.read', { handle });
      pieces.push(Buffer.from(piece.data, piece.base64Encoded ? 'base64' : 'utf8'));
    } while (!piece.eof);
    return Buffer.concat(pieces);
  }

  await send('Page.enable');
  if (isProfiled) {
    await send('Profiler.enable');
    await send('Profiler.setSamplingInterval', { interval: 1000 });
  }
  const loaded = connection.once('Page.loadEventFired');
  await send('Page.navigate', { url: page });
  await loaded;
  if (isProfiled) await send('Profiler.start');
  if (isTraced) {
    const traceConfig = { includedCategories: categories };
    await send('Tracing.start', { traceConfig, transferMode: 'ReturnAsStream' });
  }
  const work = isTraced ? 'doRoundsBesideWorker' : 'doRounds';
  await send('Runtime.evaluate', { expression: `${work}(${Number(rounds)})`, awaitPromise: true });
  if (isTraced) {
    const complete = connection.once('Tracing.tracingComplete');
    await send('Tracing.end');
    const trace = await readStream((await complete).stream);
    writeFileSync(path.resolve(output), trace);
    console.log(`${JSON.parse(trace).traceEvents.length} events`);
  }
  if (isProfiled) {
    const { profile } = await send('Profiler.stop');
    writeFileSync(path.resolve(output), JSON.stringify(profile));
    console.log(`${profile.samples.length} samples`);
  }
  await connection.send('Browser.close');
} finally {
  const ended = new Promise(resolve => browser.once('exit', resolve));
  if (browser.kill()) await ended;
  rmSync(profileFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
process.exit(0);
