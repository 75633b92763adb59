// Loaded before the program: has V8 write its CPU samples to a trace.
"use strict";

const { createTracing } = require("node:trace_events");

createTracing({ categories: ["v8", "disabled-by-default-v8.cpu_profiler"] }).enable();
