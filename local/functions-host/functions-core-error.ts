/**
 * An error of the Functions worker itself, marked as the real worker marks its own, so that @azure/functions knows it.
 *
 * Source: Azure/azure-functions-nodejs-worker, src/errors.ts.
 */
export class FunctionsCoreError extends Error {
  readonly isAzureFunctionsSystemError = true;
  override readonly name = 'FunctionsCoreError';
}
