import { app } from '@azure/functions';

/** The smallest app there can be: what the library alone costs. */
for (const [name, method, route] of [
  ['getHealth', 'GET', 'health'],
  ['getOpenApi', 'GET', 'openapi.json'],
  ['receiveNotifications', 'POST', 'notifications'],
] as const) {
  app.http(name, { methods: [method], route, authLevel: 'anonymous', handler: () => ({ status: 200 }) });
}
