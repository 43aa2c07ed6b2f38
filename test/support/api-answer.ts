import { Ajv2020 } from 'ajv/dist/2020.js';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import { OPENAPI_DOCUMENT } from '../../src/functions/openapi-document.ts';
import type { HttpAnswer } from './virtual-world.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addSchema({ $id: 'api', components: OPENAPI_DOCUMENT.components });

/**
 * What is wrong with an answer by the API's own description: an undocumented status or content type, or a body that does
 * not fit the schema.
 */
export function apiAnswerProblems(
  path: keyof typeof OPENAPI_DOCUMENT.paths,
  method: 'get' | 'put' | 'post' | 'delete',
  answer: HttpAnswer,
): readonly string[] {
  const operations: PlainObject = OPENAPI_DOCUMENT.paths[path];
  const documented = member(member(member(operations, method), 'responses'), String(answer.status));
  if (documented === undefined) return [`${method} ${path} does not document ${answer.status}`];
  const content = member(documented, 'content');
  if (content === undefined) return answer.body === undefined ? [] : ['a body that is not documented'];
  const mediaType = answer.headers['content-type']?.split(';')[0] ?? 'none';
  const schema = member(member(content, mediaType), 'schema');
  if (schema === undefined) return [`content type ${mediaType} is not documented`];
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')));
  validate(answer.body);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

function member(value: unknown, name: string): PlainObject | undefined {
  const found = isPlainObject(value) ? value[name] : undefined;
  return isPlainObject(found) ? found : undefined;
}
