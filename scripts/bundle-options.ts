import type { BuildOptions } from 'esbuild';

/**
 * How everything that runs in the Functions worker is bundled: the app, and what the benches compare with it.
 *
 * Names are kept, and only spaces and line ends go: a stack trace in a log names the functions of the source.
 */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.15',
  // Made by the Functions host's Node worker; it is no package.
  external: ['@azure/functions-core'],
  // CommonJS packages inside it ask for Node's modules with `require`, which an ES module lacks.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;
