import type { Plugin } from 'esbuild';

interface Replacement {
  /** The package that asks for the module. */
  readonly importer: string;
  readonly module: string;
  readonly contents: string;
}

/** What packages load at every cold start and use next to nothing of. Each gets the same for the part that it uses. */
const REPLACEMENTS: readonly Replacement[] = [
  // Of a hundred validators only this one; durable-functions asks it about the host's own URLs.
  {
    importer: 'durable-functions',
    module: 'validator',
    contents: "exports.isURL = require('validator/lib/isURL');",
  },
  // It copies its binding, which comes out of JSON.parse.
  { importer: 'durable-functions', module: 'lodash/cloneDeep', contents: 'module.exports = structuredClone;' },
  // Multipart bodies for Node before 18, with a table of 2,000 media types. Nobody sends one here.
  { importer: 'axios', module: 'form-data', contents: 'module.exports = FormData;' },
];

/** Keeps what is never used out of the bundle. */
export const slimPackages: Plugin = {
  name: 'slim-packages',
  setup(build) {
    build.onResolve({ filter: /^(validator|lodash\/cloneDeep|form-data)$/ }, ({ path, importer, resolveDir }) => {
      const asking = importer.replaceAll('\\', '/');
      const found = REPLACEMENTS.find(
        (replacement) => replacement.module === path && asking.includes(`/node_modules/${replacement.importer}/`),
      );
      if (found === undefined) return undefined;
      return { path, namespace: 'slim', pluginData: { contents: found.contents, resolveDir } };
    });
    build.onLoad({ filter: /./, namespace: 'slim' }, ({ pluginData }) => pluginData);
  },
};
