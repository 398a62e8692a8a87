// Runs a TypeScript file in a plain Node process, for tests that kill the process: jest's own workers must live on.
// node run-typescript.cjs <file.ts> [arguments]
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
require(resolve(process.argv[2]));
