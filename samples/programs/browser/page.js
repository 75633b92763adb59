'use strict';

// Rounds of work with time for the browser between them.

function render(rows) {
  const table = document.getElementById('table');
  table.textContent = '';
  for (const row of rows.slice(0, 50)) {
    const line = table.insertRow();
    line.insertCell().textContent = row.name;
    line.insertCell().textContent = row.value;
  }
  return table.offsetHeight;
}

function doRound() {
  const rows = createRows(3000);
  const sorted = sortRows(rows);
  hashRows(sorted);
  fibonacci(25);
  findNames(rows);
  render(sorted);
}

function doRounds(count) {
  return new Promise(resolve => {
    function next() {
      doRound();
      count -= 1;
      document.getElementById('state').textContent = `${count} to go`;
      if (count > 0) {
        setTimeout(next, 5);
      } else {
        resolve('done');
      }
    }
    setTimeout(next, 0);
  });
}

function doRoundsBesideWorker(count) {
  const worker = new Worker('worker.js', { name: 'hasher' });
  const done = new Promise(resolve => { worker.onmessage = resolve; });
  worker.postMessage(count);
  return Promise.all([doRounds(count), done]);
}
