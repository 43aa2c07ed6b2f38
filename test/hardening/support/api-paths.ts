import { OPENAPI_DOCUMENT } from '../../../src/functions/openapi-document.ts';

/** The paths of everything that the app lets one GET, with this call and asset put in; new ones come by themselves. */
export function readablePaths(callId: string, asset: string): readonly string[] {
  return Object.entries(OPENAPI_DOCUMENT.paths)
    .filter(([, operations]) => 'get' in operations)
    .map(([path]) => `/api${path.replace('{callId}', callId).replace('{asset}', asset)}`);
}
