// Runs the benchmarks' TypeScript as it is. What they import from src/ is taken from dist/: the product as it ships.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative, resolve, sep } = require('node:path');
const { transformSync } = require('@swc/core');

const root = resolve(__dirname, '../..');
const src = join(root, 'src') + sep;

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  });
  module._compile(code, filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const target =
    request.startsWith('.') && parent?.filename ? resolve(dirname(parent.filename), request) : '';
  const mapped = target.startsWith(src) ? join(root, 'dist', relative(src, target)) : request;
  return resolveFilename.call(this, mapped, parent, ...rest);
};
