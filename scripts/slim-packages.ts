import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** The releases that the replacements were compared with. Another one may use more of what is replaced, or something else. */
const COMPARED_WITH = {
  'durable-functions': '3.5.0',
  '@azure/data-tables': '13.3.2',
  '@typespec/ts-http-runtime': '0.3.6',
} as const;

const require = createRequire(import.meta.url);

interface Replacement {
  /** The package that asks for the module. */
  readonly importer: keyof typeof COMPARED_WITH;
  readonly module: string;
  readonly contents: string;
}

function own(file: string): string {
  return JSON.stringify(resolve(import.meta.dirname, '../src/adapters', file));
}

/** An agent for a proxy is loaded where the environment names one, as the SDK reads it. */
const isProxyNamed =
  "['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].some((name) => process.env[name] || process.env[name.toLowerCase()])";

function proxyAgent(module: string, name: string): Replacement {
  return {
    importer: '@typespec/ts-http-runtime',
    module,
    contents: `export const { ${name} } = ${isProxyNamed} ? (await import('${module}')).default : {};`,
  };
}

/**
 * What packages load at every cold start, or do at every turn of every orchestration, and use next to nothing of. Each
 * gets the same for the part that it uses.
 */
const REPLACEMENTS: readonly Replacement[] = [
  // A hundred validators; durable-functions has one and asks it, at each request to the engine, which of the host's own
  // addresses are URLs.
  {
    importer: 'durable-functions',
    module: 'validator',
    contents: 'exports.isURL = (text) => /^https?:\\/\\//.test(text) && URL.canParse(text);',
  },
  // It copies its binding, which comes out of JSON.parse.
  { importer: 'durable-functions', module: 'lodash/cloneDeep', contents: 'module.exports = structuredClone;' },
  // A client for browsers and servers with uploads, redirects, proxies and HTTP/2, for requests to the host next door.
  {
    importer: 'durable-functions',
    module: 'axios',
    contents: `exports.__esModule = true;\nexports.default = require(${own('durable-client-http.ts')}).durableClientHttp;`,
  },
  // Calendars, languages and formats, for differences of two instants.
  {
    importer: 'durable-functions',
    module: 'moment',
    contents: `module.exports = require(${own('durable-time.ts')}).durableTime;`,
  },
  {
    importer: 'durable-functions',
    module: '../util/Utils',
    contents: `const { Utils } = require('../util/Utils');
Utils.parseTimestampsAsDates = require(${own('durable-timestamps.ts')}).parseTimestampsAsDates;
exports.Utils = Utils;`,
  },
  {
    importer: 'durable-functions',
    module: '../entities/Entity',
    contents: `exports.Entity = class {
  constructor() {
    throw new Error('This build of durable-functions has no entities (scripts/slim-packages.ts).');
  }
};`,
  },
  // The table service speaks JSON; XML is for access policies, which are not used, and for errors of gateways before it.
  {
    importer: '@azure/data-tables',
    module: '@azure/core-xml',
    contents: `export const parseXML = async (text, options) => (await import('@azure/core-xml')).parseXML(text, options);
export function stringifyXML() {
  throw new Error('This build of @azure/data-tables writes no XML (scripts/slim-packages.ts).');
}`,
  },
  proxyAgent('https-proxy-agent', 'HttpsProxyAgent'),
  proxyAgent('http-proxy-agent', 'HttpProxyAgent'),
];

/** Why the replacements may not be right for the packages that are installed; none when they are. */
export function uncomparedPackages(
  versionOf: (name: string) => string = (name) => require(`${name}/package.json`).version,
): readonly string[] {
  return Object.entries(COMPARED_WITH).flatMap(([name, compared]) => {
    const installed = versionOf(name);
    if (installed === compared) return [];
    return `${name} is ${installed}, and what the bundle replaces in it was compared with ${compared}: compare it again, then write the release into scripts/slim-packages.ts.`;
  });
}

/** Keeps what is never used out of the bundle, and what is rarely used out of what every start loads. */
export const slimPackages: Plugin = {
  name: 'slim-packages',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, importer, resolveDir, namespace }) => {
      if (namespace !== 'file') return undefined;
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
