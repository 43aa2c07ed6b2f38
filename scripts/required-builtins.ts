import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Turns every `import` of a module of Node itself into a `require`. An ES module's `import` of one reads all that the
 * module exports, and of `node:http` that includes the WebSocket, for which Node loads the whole of undici: some 10 ms
 * for an instance that was started by a timer or an orchestration and never makes a Request.
 */
export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
