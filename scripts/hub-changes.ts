interface WhatIfChange {
  readonly resourceId: string;
  readonly changeType: string;
  readonly delta?: readonly PropertyChange[] | null;
}

interface PropertyChange {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly children?: readonly PropertyChange[] | null;
}

/**
 * What of a deployment would part running calls from their orchestrations: other partitions for a hub that is there, or
 * another home for it: beside an app that runs, a first one of another backend, or one that is left where it is.
 *
 * Shape: the JSON of `az deployment sub what-if --no-pretty-print` → a line for each, none when all is well.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
 */
export function hubChanges({ changes = [] }: { readonly changes?: readonly WhatIfChange[] }): readonly string[] {
  const partitions = changes.flatMap(({ resourceId, delta }) =>
    flatten(delta ?? [])
      // A hub without the tag is of a release that knew two partitions only.
      .filter(({ path, before = '2', after }) => path.endsWith('task-hub-partitions') && before !== after)
      .map(({ before = '2', after = 'none' }) => `${nameOf(resourceId)}: partitions ${before} -> ${after}`),
  );
  const isUpdate = changes.some(({ resourceId, changeType }) => isSite(resourceId) && changeType !== 'Create');
  const homes = changes
    .filter(({ resourceId }) => isUpdate && isHome(resourceId))
    .flatMap(({ resourceId, changeType }) => {
      const what = MOVES[changeType];
      return what === undefined ? [] : [`${nameOf(resourceId)}: ${what} an app that runs`];
    });
  return [...partitions, ...homes];
}

/** A resource that is there and not in the template any more is ignored, unless the deployment is a complete one. */
const MOVES: Readonly<Record<string, string>> = {
  Create: 'a new, empty task hub for',
  Ignore: 'no task hub any more of',
  Delete: 'no task hub any more of',
};

function flatten(delta: readonly PropertyChange[], parent = ''): readonly PropertyChange[] {
  return delta.flatMap(({ children, ...change }) => {
    const path = parent === '' ? change.path : `${parent}.${change.path}`;
    return [{ ...change, path }, ...flatten(children ?? [], path)];
  });
}

function isSite(resourceId: string): boolean {
  return /\/Microsoft\.Web\/sites\/[^/]+$/i.test(resourceId);
}

function isHome(resourceId: string): boolean {
  return /\/Microsoft\.DurableTask\/schedulers\/[^/]+$|\/storageAccounts\/sthub[^/]+$/i.test(resourceId);
}

function nameOf(resourceId: string): string {
  return resourceId.split('/').at(-1) ?? resourceId;
}
