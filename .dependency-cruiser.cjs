/**
 * Which way dependencies point: downwards only (docs/decisions/0002-dependency-direction.md). What a package offers others is what its
 * `exports` name; inside core, the client never carries the server into a browser.
 */
const core = (folders) => `^packages/core/src/(${folders})/`;
const fromCore = { path: core('.+') };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'packages-know-no-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|e2e|bench)/' },
    },
    {
      name: 'nothing-knows-e2e-or-bench',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { path: '^(e2e|bench)/' },
    },
    {
      name: 'core-stands-alone',
      comment: 'core runs in browsers, workers and every server runtime: no package, no dependency, no built-in of one runtime.',
      severity: 'error',
      from: fromCore,
      to: { pathNot: '^packages/core/' },
    },
    {
      name: 'protocol-is-the-lowest',
      severity: 'error',
      from: { path: core('protocol') },
      to: { path: '^packages/core/src/', pathNot: core('protocol') },
    },
    {
      name: 'client-without-server',
      severity: 'error',
      from: { path: core('client') },
      to: { path: core('server|buffer|servlet') },
    },
    {
      name: 'contract-without-server',
      comment: 'A contract is imported by pages; of the client it knows the types alone.',
      severity: 'error',
      from: { path: core('contract') },
      to: { path: core('server|buffer|servlet|publisher') },
    },
    {
      name: 'contract-without-client',
      severity: 'error',
      from: { path: core('contract') },
      to: { path: core('client'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'publisher-without-server',
      comment: 'A publisher runs in an application server of any runtime, and in browsers.',
      severity: 'error',
      from: { path: core('publisher') },
      to: { path: core('server|buffer|servlet|client') },
    },
    {
      name: 'buffer-below-server',
      severity: 'error',
      from: { path: core('buffer') },
      to: { path: core('server|servlet|client') },
    },
    {
      name: 'server-knows-no-transport',
      comment: 'server/index.ts is the door of `@pollux/core/server`, through which the servlet is offered as well.',
      severity: 'error',
      from: { path: core('server'), pathNot: '/server/index\\.ts$' },
      to: { path: core('servlet|client') },
    },
    {
      name: 'servlet-without-client',
      severity: 'error',
      from: { path: core('servlet') },
      to: { path: core('client') },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: [core('testing'), '^packages/[^/]+/src/testing/'] },
      to: { path: [core('testing'), '^packages/[^/]+/(test|src/testing)/'] },
    },
    {
      name: 'sources-without-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/test/' },
    },
    {
      name: 'public-doors-only',
      comment: 'One workspace reaches another by its name and exports, never by a path into its folder.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+|e2e|bench)/' },
      to: { path: '^((?:packages|apps)/[^/]+|e2e|bench)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-dependencies-in-sources',
      severity: 'error',
      from: { path: '^(packages|apps/hub|apps/portal)/[^/]*/?src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@pollux/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.json'],
    },
  },
};
