const transform = {
  '^.+\\.[tj]s$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'commonjs' },
    },
  ],
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  rootDir: __dirname,
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  globalSetup: '<rootDir>/test/support/cluster-setup.cjs',
  globalTeardown: '<rootDir>/test/support/cluster-teardown.cjs',
  testTimeout: 30_000,
  transform,
  // @nestjs/* 12 ships ESM only; everything else in node_modules runs as it is.
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
};
