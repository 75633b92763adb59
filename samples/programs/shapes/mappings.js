// Print all mappings of a source map as Mozilla's library decodes them, one a line:
// generated line, column, source, line, column, name. Lines count from 1, columns from 0.
import { readFileSync } from 'node:fs';
import { SourceMapConsumer } from 'source-map';

await SourceMapConsumer.with(readFileSync(process.argv[2], 'utf8'), null, (map) => {
  map.eachMapping((at) => {
    const place = [at.source, at.originalLine, at.originalColumn, at.name];
    console.log([at.generatedLine, at.generatedColumn, ...place.map((part) => part ?? '')].join('\t'));
  });
});
