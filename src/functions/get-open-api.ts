import type { HttpResponseInit } from '@azure/functions';

/** `GET /api/openapi.json`: what the HTTP functions take and give. Open to anybody: it holds no data. */
export async function getOpenApi(): Promise<HttpResponseInit> {
  const { OPENAPI_DOCUMENT } = await import('./openapi-document.ts'); // not at every cold start
  return { status: 200, headers: { 'Cache-Control': 'public, max-age=3600' }, jsonBody: OPENAPI_DOCUMENT };
}
