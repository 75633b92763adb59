'use strict';

importScripts('work.js');

onmessage = ({ data: rounds }) => {
  for (let i = 0; i < rounds; i++) {
    hashRows(createRows(3000));
    fibonacci(24);
  }
  postMessage('done');
};
