// Bundle the same source with esbuild, webpack (and its terser) and Vite (rollup and esbuild).
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import webpack from 'webpack';

const entry = resolve('src/main.ts'), folder = resolve('dist');

await esbuild.build({
  entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', minify: true,
  sourcemap: true, outfile: `${folder}/shapes-esbuild.js`,
});

const stats = await promisify(webpack)({
  mode: 'production', target: 'node', entry, devtool: 'source-map',
  experiments: { outputModule: true },
  output: { path: folder, filename: 'shapes-webpack.js', module: true },
  resolve: { extensions: ['.ts', '.js'] },
  module: {
    rules: [{ test: /\.ts$/, loader: 'ts-loader', options: { transpileOnly: true } }],
  },
});
if (stats.hasErrors()) throw new Error(stats.toString());

await vite.build({
  logLevel: 'warn', configFile: false,
  build: {
    ssr: entry, outDir: folder, emptyOutDir: false, sourcemap: true, minify: 'esbuild',
    rollupOptions: { output: { entryFileNames: 'shapes-vite.js' } },
  },
});
