import { z } from 'zod';
import { fileOf, type InfraProject, type InfraRule } from './infra-project.ts';

const workflow = '.github/workflows/azure-dev.yml';
/** They hold keys, or may: secrets of a pipeline, never variables. */
const SECRET_VARIABLES = [
  'ALERT_WEBHOOK_URL',
  'BOT_NOTIFICATION_URL',
  'CALL_ENDED_WEBHOOK_SECRET',
  'CALL_ENDED_WEBHOOK_URL',
];
/** azd's own, which it keeps itself. */
const AZD_VARIABLES = ['AZURE_ENV_NAME', 'AZURE_LOCATION'];

/** Rules about names that stand in the guide, the workflow and azure.yaml, and belong to something else. */
export const namingRules = {
  'scripts that guide, workflow and azure.yaml run are those of package.json': (project) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(fileOf(project, 'package.json')));
    return ['docs/deploy.md', workflow, 'azure.yaml'].flatMap((path) =>
      [...fileOf(project, path).matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)]
        .filter(([, name = '']) => scripts[name] === undefined)
        .map(([, name]) => `${path}: npm run ${name} is no script`),
    );
  },

  'a pipeline hands over every variable that the parameters read, what holds a key as a secret': (project) => {
    const read = variablesOf(project);
    const yaml = fileOf(project, 'azure.yaml');
    const [, variables = '', secrets = ''] = /^ {2}variables:\n(.*?)^ {2}secrets:\n(.*?)^\w/ms.exec(yaml) ?? [];
    const handed = [...fileOf(project, workflow).matchAll(/^ {6}(\w+): \$\{\{ (vars|secrets)\.(\w+)/gm)];
    return read.flatMap((name) => {
      const [, , kind, source] = handed.find(([, set]) => set === name) ?? [];
      const isSecret = SECRET_VARIABLES.includes(name);
      const isOfAzd = AZD_VARIABLES.includes(name);
      const listed = (isSecret ? secrets : variables).includes(`- ${name}\n`);
      return [
        ...(source === name && kind === (isSecret ? 'secrets' : 'vars')
          ? []
          : [`${workflow} does not hand over ${name}`]),
        ...(listed || isOfAzd ? [] : [`azure.yaml does not hand over ${name}`]),
      ];
    });
  },

  'variables that the guides tell to set are those that the parameters read': (project) => {
    const read = variablesOf(project);
    return ['docs/deploy.md', 'docs/scale.md'].flatMap((path) =>
      [...fileOf(project, path).matchAll(/azd env set (\w+)|^\| `([A-Z_]+)` \||`([A-Z_]+)=\w+`/gm)]
        .map(([, ...names]) => names.find((name) => name !== undefined) ?? '')
        .filter((name) => !read.includes(name))
        .map((name) => `${path}: nobody reads ${name}`),
    );
  },

  'the Teams app of the bot can be called': (project) => {
    const { bots } = z
      .object({ bots: z.array(z.object({ botId: z.string(), supportsCalling: z.boolean() })) })
      .parse(JSON.parse(fileOf(project, 'infra/teams/manifest.json')));
    return bots.some(({ supportsCalling, botId }) => supportsCalling && botId === 'BOT_APP_ID')
      ? []
      : ['infra/teams/manifest.json has no bot that supports calling'];
  },
} as const satisfies Readonly<Record<string, InfraRule>>;

function variablesOf(project: InfraProject): readonly string[] {
  const text = fileOf(project, 'infra/main.bicepparam');
  return [...text.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name = '']) => name);
}
