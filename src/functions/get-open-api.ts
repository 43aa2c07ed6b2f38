import type { HttpResponseInit } from '@azure/functions';
import { OPENAPI_DOCUMENT } from './openapi-document.ts';

/** `GET /api/openapi.json`: what the HTTP functions take and give. Open to anybody: it holds no data. */
export function getOpenApi(): HttpResponseInit {
  return { status: 200, headers: { 'Cache-Control': 'public, max-age=3600' }, jsonBody: OPENAPI_DOCUMENT };
}
