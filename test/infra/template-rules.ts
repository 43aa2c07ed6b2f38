import { posix } from 'node:path';
import { apiVersions, roles } from './azure-facts.ts';
import { parseBicep, syntaxErrors } from './bicep-tree.ts';
import { fileOf, type InfraRule, rootOf, templates } from './infra-project.ts';
import { assignedNames, moduleReferences, parameters, resources, stringArguments, strings } from './template-facts.ts';

/** Rules about the templates alone: what can be checked of them without the Bicep compiler. */
export const templateRules = {
  'every Bicep file parses': ({ files }) =>
    [...files]
      .filter(([path]) => /\.bicep(param)?$/.test(path))
      .flatMap(([path, text]) => syntaxErrors(parseBicep(path, text)).map((error) => `${path} ${error}`)),

  'every parameter is described': (project) =>
    templates(project).flatMap(([path, root]) =>
      parameters(root)
        .filter(({ decorators }) => !decorators.some((text) => /^@description\('.{10,}'\)$/s.test(text)))
        .map(({ name }) => `${path}: parameter ${name} has no @description`),
    ),

  'parameters that may hold a secret are secure': (project) =>
    templates(project).flatMap(([path, root]) =>
      parameters(root)
        .filter(({ name }) => /secret|password|connectionString|(key|token|settings)$/i.test(name))
        .filter(({ decorators }) => !decorators.includes('@secure()'))
        .map(({ name }) => `${path}: parameter ${name} is not @secure()`),
    ),

  'no template reads a key': (project) =>
    templates(project).flatMap(([path, root]) =>
      [...root.text.matchAll(/\blist(Keys|\w*Sas|\w*Secrets?|Credentials)\b/g)].map(
        ([call]) => `${path}: ${call} would put a key into the history of deployments`,
      ),
    ),

  'nothing outside infra/graph is restored from a registry': (project) =>
    [...project.files]
      .filter(([path]) => path.startsWith('infra/') && !path.startsWith('infra/graph/'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/'((br|ts)[:/][^']*)'|"((br|ts)[:/][^"]*)"|^extension\b/gm)].map(
          ([reference]) => `${path}: ${reference} must be restored from a registry`,
        ),
      ),

  'API versions are the checked ones': (project) =>
    templates(project).flatMap(([path, root]) =>
      resources(root)
        .filter(({ apiVersion }) => apiVersion !== '') // one inside its parent has the parent's
        .filter(({ type, apiVersion }) => apiVersions[type.split('/', 2).join('/')] !== apiVersion)
        .map(({ type, apiVersion }) => `${path}: ${type}@${apiVersion} is not in azure-facts.ts`),
    ),

  'role ids are those of the roles that are needed': (project) => {
    const ids = templates(project).flatMap(([path, root]) =>
      strings(root).flatMap((id) => (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) ? [{ path, id }] : [])),
    );
    const assignments = templates(project).flatMap(([path, root]) =>
      resources(root).flatMap((resource) =>
        resource.type.endsWith('/roleAssignments') ? [{ path, ...resource }] : [],
      ),
    );
    return [
      ...ids
        .filter(({ id }) => roles[id] === undefined)
        .map(({ path, id }) => `${path}: ${id} is not in azure-facts.ts`),
      ...Object.entries(roles)
        .filter(([role]) => !ids.some(({ id }) => id === role))
        .map(([role, name]) => `nobody gets the role ${name} (${role})`),
      ...assignments
        .filter(({ text }) => !text.includes("principalType: 'ServicePrincipal'"))
        .map(({ path }) => `${path}: without principalType a new identity may not be found yet`),
    ];
  },

  'modules and loaded files exist': (project) =>
    templates(project).flatMap(([path, root]) =>
      [...moduleReferences(root), ...stringArguments(root, 'loadTextContent')]
        .filter((reference) => !project.files.has(posix.join(posix.dirname(path), reference)))
        .map((reference) => `${path}: ${reference} does not exist`),
    ),

  'main.bicepparam sets what has no default, and nothing unknown': (project) => {
    const known = parameters(rootOf(project, 'infra/main.bicep'));
    const assigned = assignedNames(rootOf(project, 'infra/main.bicepparam'));
    return [
      ...known
        .filter(({ name, hasDefault }) => !hasDefault && !assigned.includes(name))
        .map(({ name }) => `${name} is not set`),
      ...assigned
        .filter((name) => !known.some((parameter) => parameter.name === name))
        .map((name) => `${name} is unknown`),
    ];
  },

  'storage, site and telemetry are hardened': (project) => {
    const required: readonly (readonly [path: string, texts: readonly string[]])[] = [
      ['storage', ['allowSharedKeyAccess: false', 'allowBlobPublicAccess: false', "minimumTlsVersion: 'TLS1_2'"]],
      ['function-app', ['httpsOnly: true', "minTlsVersion: '1.2'"]],
      ['function-app', ["name: 'scm'\n  properties: { allow: false }", "name: 'ftp'\n  properties: { allow: false }"]],
      ['monitoring', ['DisableLocalAuth: true']],
      ['key-vault', ['enableRbacAuthorization: true', 'enablePurgeProtection: true']],
    ];
    return required.flatMap(([name, texts]) => {
      const path = `infra/modules/${name}.bicep`;
      const text = fileOf(project, path);
      return texts.filter((needed) => !text.includes(needed)).map((needed) => `${path}: ${needed} is missing`);
    });
  },
} as const satisfies Readonly<Record<string, InfraRule>>;
