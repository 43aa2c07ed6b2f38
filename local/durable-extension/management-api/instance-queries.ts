import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import type { InstanceQuery, InstanceRow } from '../hub/hub-store.ts';
import { isEnded, parseRuntimeStatus } from '../hub/runtime-status.ts';
import type { ApiContext } from './api-context.ts';
import { toEmptyResponse, toExceptionResponse, toJsonResponse } from './json-response.ts';
import { buildStatusJson } from './status-json.ts';

/** Source: Azure/azure-functions-durable-extension, OrchestrationStatusQueryCondition.cs, PageSize. */
const defaultPageSize = 100;
const purgeBatchSize = 1_000;

/** An invalid time is as good as none. */
function parseTime(text: string | null): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Invalid statuses are left out; none left = no filter. */
function parseStatuses(request: HttpMessageRequest): InstanceQuery['statuses'] {
  const statuses = request.url.searchParams
    .getAll('runtimeStatus')
    .flatMap((value) => value.split(','))
    .map((value) => parseRuntimeStatus(value.trim()))
    .filter((status) => status !== undefined);
  return statuses.length === 0 ? undefined : statuses;
}

function parsePageSize(request: HttpMessageRequest): number {
  const top = Number.parseInt(request.url.searchParams.get('top') ?? '', 10);
  return Number.isNaN(top) ? defaultPageSize : top;
}

/** Comes before every instance id. */
const BEFORE_ALL = ' ';

/**
 * GET instances/: 200 with an array; the token of the next page is in x-ms-continuation-token. `top=0` gives a page without
 * rows, a negative one 500. Inputs are left out only when something is filtered: without a filter the storage provider asks
 * for whole rows.
 */
export async function listInstances(context: ApiContext, request: HttpMessageRequest): Promise<HttpMessageResponse> {
  const { searchParams } = request.url;
  const pageSize = parsePageSize(request);
  const token = request.headers['x-ms-continuation-token'];
  if (pageSize < 0) return toExceptionResponse('System.ArgumentOutOfRangeException', `top is ${pageSize}`);
  const filter = {
    instanceIdPrefix: searchParams.get('instanceIdPrefix') ?? undefined,
    createdFromMs: parseTime(searchParams.get('createdTimeFrom')),
    createdToMs: parseTime(searchParams.get('createdTimeTo')),
    statuses: parseStatuses(request),
  };
  const rows = await context.session.store.queryInstances({
    ...filter,
    afterInstanceId: token ? Buffer.from(token, 'base64url').toString() : undefined,
    limit: pageSize + 1,
  });
  const page = rows.slice(0, pageSize);
  const extensionVersion = context.options.extensionVersion ?? '3.19';
  const isFiltered = extensionVersion === '2.13' || Object.values(filter).some((value) => value !== undefined);
  const showInput = searchParams.get('showInput')?.toLowerCase() !== 'false' || !isFiltered;
  const json = `[${page.map((row) => buildStatusJson(row, { showInput, extensionVersion })).join(',')}]`;
  if (rows.length <= pageSize) return toJsonResponse(200, json);
  const next = Buffer.from(page.at(-1)?.instanceId ?? BEFORE_ALL).toString('base64url');
  return toJsonResponse(200, json, { 'x-ms-continuation-token': next });
}

async function findEnded(context: ApiContext, query: Omit<InstanceQuery, 'limit'>): Promise<readonly InstanceRow[]> {
  const ended: InstanceRow[] = [];
  let afterInstanceId: string | undefined;
  for (;;) {
    const rows = await context.session.store.queryInstances({ ...query, afterInstanceId, limit: purgeBatchSize });
    for (const row of rows) if (isEnded(row.runtimeStatus)) ended.push(row);
    if (rows.length < purgeBatchSize) return ended;
    afterInstanceId = rows.at(-1)?.instanceId;
  }
}

/** DELETE instances/?createdTimeFrom=…: ended instances only; 200 with the count; 404 when 0; 400 without a start. */
export async function purgeInstances(context: ApiContext, request: HttpMessageRequest): Promise<HttpMessageResponse> {
  const { searchParams } = request.url;
  const createdFromMs = parseTime(searchParams.get('createdTimeFrom'));
  if (createdFromMs === undefined) {
    return toJsonResponse(400, JSON.stringify("Please provide value for 'createdTimeFrom' parameter."));
  }
  const createdToMs = parseTime(searchParams.get('createdTimeTo')) ?? context.options.clock.nowMs();
  const ended = await findEnded(context, { createdFromMs, createdToMs, statuses: parseStatuses(request) });
  if (ended.length === 0) return toEmptyResponse(404);
  await context.session.commit({ purge: ended.map(({ instanceId }) => instanceId) });
  return toJsonResponse(200, `{"instancesDeleted":${ended.length}}`);
}
