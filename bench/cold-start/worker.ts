import { pathToFileURL } from 'node:url';
import { createHttpHost } from '../../local/functions-host/create-http-host.ts';
import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { installFunctionsCore, loadFunctionApp } from '../../local/functions-host/functions-core.ts';

/** Bundled by build-variants.ts and run as a process of its own: loads one app as the Functions worker does, and serves it. */
const { APP_MAIN = '', CLIENT_BINDING = '' } = process.env;
installFunctionsCore();
const registry = await loadFunctionApp(() => import(pathToFileURL(APP_MAIN).href));
const host = createHttpHost({
  registry,
  invoke: createInvoke({ registry, clientBinding: () => CLIENT_BINDING }),
  keys: 'open',
  routePrefix: 'api',
});
const { origin } = await host.listen({ port: 0 });
console.log(origin);
