import { z } from 'zod';
import { EVENTS, FIELD_MEANINGS } from '../../src/core/events/event-catalog.ts';
import { fileOf, type InfraProject, type InfraRule } from './infra-project.ts';
import { kqlFaults } from './kql-syntax.ts';

/** Told by the design, not yet by the code. A name may stay here after it has come. */
const announcedRoutes: readonly string[] = ['dashboard/{asset?}', 'calls', 'calls/{callId}/keepAlive', 'openapi.json'];

const hostJson = z.object({
  extensions: z.object({ durableTask: z.object({ hubName: z.string() }) }),
  logging: z.object({
    applicationInsights: z.object({ samplingSettings: z.object({ excludedTypes: z.string().default('') }) }),
  }),
});

const workbook = z.object({
  items: z.array(z.object({ name: z.string(), content: z.object({ query: z.string().optional() }) })),
});

/** Rules that keep template, alerts, documentation and code in step. */
export const agreementRules = {
  'the task hub is that of host.json': (project) => {
    const { hubName } = readHostJson(project).extensions.durableTask;
    const named = deployTexts(project).flatMap(([path, text]) =>
      [...text.matchAll(/taskHub=(\w+)/g)].map(([, hub]) => ({ path, hub })),
    );
    if (named.length === 0) return ['infra/main.bicep gives no status API URL with a task hub'];
    return named
      .filter(({ hub }) => hub !== hubName)
      .map(({ path, hub }) => `${path}: task hub ${hub} is ${hubName} in host.json`);
  },

  'URLs lead to routes of the app': (project) => {
    const known = [...project.routes, ...announcedRoutes].map(
      (route) => new RegExp(`^${route.replace(/\/\{\w+\?\}/g, '(/.*)?').replace(/\{\w+\}/g, '[^/]+')}$`),
    );
    return deployTexts(project).flatMap(([path, text]) =>
      [...text.matchAll(/(?<!\/graph)\/api\/([\w{}$./<>-]+)/g)]
        .map(([, route = '']) => route.replace(/[.,/]+$/, ''))
        .filter((route) => !known.some((pattern) => pattern.test(route)))
        .map((route) => `${path}: /api/${route} is no route of the app`),
    );
  },

  'the table is the one that the code uses': (project) => {
    const used = /tableName = '(\w+)'/.exec(fileOf(project, 'src/adapters/table-call-store.ts'))?.[1];
    const made = /tables@[^{]*\{[^}]*name: '(\w+)'/s.exec(fileOf(project, 'infra/modules/storage.bicep'))?.[1];
    return used !== undefined && used === made ? [] : [`storage.bicep makes table ${made}, the code uses ${used}`];
  },

  'azd finds site, package and version': (project) => {
    const yaml = fileOf(project, 'azure.yaml');
    const service = /^services:\n(?: *#.*\n)* {2}(\w+):$/m.exec(yaml)?.[1];
    const { name, version } = z
      .object({ name: z.string(), version: z.string() })
      .parse(JSON.parse(fileOf(project, 'package.json')));
    const tag = /'azd-service-name': '(\w+)'/.exec(fileOf(project, 'infra/modules/function-app.bicep'))?.[1];
    return [
      ...(service !== undefined && service === tag ? [] : [`azure.yaml's service is ${service}, the tag says ${tag}`]),
      ...[`template: ${name}@${version}`, 'dist: dist/package.zip', 'remoteBuild: false', 'run: npm run package']
        .filter((line) => !yaml.includes(line))
        .map((line) => `azure.yaml: ${line} is missing`),
    ];
  },

  'queries ask for events that the app writes, and sampling spares them': (project) => {
    const known = Object.keys(EVENTS);
    const { excludedTypes } = readHostJson(project).logging.applicationInsights.samplingSettings;
    return [
      ...queries(project).flatMap(([path, query]) =>
        [...query.matchAll(/"((?:call|keepAlive|notification|relay|webhook|reconcile|purge|record|app)\.\w*)/g)]
          .map(([, asked = '']) => asked)
          .filter((asked) => !known.some((name) => (asked.endsWith('.') ? name.startsWith(asked) : name === asked)))
          .map((asked) => `${path}: nobody writes the event ${asked}`),
      ),
      ...queries(project).flatMap(([path, query]) =>
        [...query.matchAll(/\be\.(\w+)/g)]
          .map(([, field = '']) => field)
          .filter((field) => !['event', 'level'].includes(field) && !Object.hasOwn(FIELD_MEANINGS, field))
          .map((field) => `${path}: no event has the field ${field}`),
      ),
      ...(excludedTypes.split(';').includes('Trace') ? [] : ['host.json samples Trace: alerts would miss events']),
    ];
  },

  "queries are ones that Microsoft's parser takes": (project) =>
    queries(project).flatMap(([path, query]) => kqlFaults(query).map((fault) => `${path} ${fault}`)),

  'the workbook holds the queries of infra/kql/workbook': (project) => {
    const { items } = workbook.parse(JSON.parse(fileOf(project, 'infra/workbook.json')));
    const shown = new Map(
      items.flatMap(({ name, content }) => (content.query === undefined ? [] : [[name, content.query]])),
    );
    const files = new Map(
      queries(project).flatMap(([path, query]) => {
        const name = /^infra\/kql\/workbook\/(.+)\.kql$/.exec(path)?.[1];
        return name === undefined ? [] : [[name, query]];
      }),
    );
    return [...new Set([...shown.keys(), ...files.keys()])]
      .filter((name) => shown.get(name) !== files.get(name))
      .map((name) => `workbook.json, item ${name}: its query differs from infra/kql/workbook/${name}.kql`);
  },
} as const satisfies Readonly<Record<string, InfraRule>>;

function readHostJson(project: InfraProject) {
  return hostJson.parse(JSON.parse(fileOf(project, 'host.json')));
}

/** What people deploy by: templates, azure.yaml and the guide. */
function deployTexts({ files }: InfraProject): readonly (readonly [path: string, text: string])[] {
  return [...files].filter(([path]) => /^(infra\/.*\.bicep|azure\.yaml|docs\/deploy\.md)$/.test(path));
}

function queries({ files }: InfraProject): readonly (readonly [path: string, query: string])[] {
  return [...files].filter(([path]) => path.endsWith('.kql'));
}
