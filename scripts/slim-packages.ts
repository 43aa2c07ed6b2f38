import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

interface Replacement {
  /** The package that asks for the module. */
  readonly importer: string;
  readonly module: string;
  readonly contents: string;
}

const durableClientHttp = JSON.stringify(resolve(import.meta.dirname, '../src/adapters/durable-client-http.ts'));

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
  // A client for browsers and servers with uploads, redirects, proxies and HTTP/2, for requests to the host next door.
  {
    importer: 'durable-functions',
    module: 'axios',
    contents: `exports.__esModule = true;\nexports.default = require(${durableClientHttp}).durableClientHttp;`,
  },
  // For orchestrators alone: loaded by the first one, not with the app.
  {
    importer: 'durable-functions',
    module: 'moment',
    contents: `let moment;
module.exports = (...args) => (moment ??= require('moment'))(...args);
module.exports.duration = (...args) => (moment ??= require('moment')).duration(...args);`,
  },
];

/** Keeps what is never used out of the bundle. */
export const slimPackages: Plugin = {
  name: 'slim-packages',
  setup(build) {
    build.onResolve({ filter: /^(validator|lodash\/cloneDeep|axios|moment)$/ }, ({ path, importer, resolveDir }) => {
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
