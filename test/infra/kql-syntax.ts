import { createRequire } from 'node:module';

/** The part of Microsoft's Kusto parser that is used; it is compiled from C#, so its own types do not load in Node. */
interface Kusto {
  readonly Language: {
    readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
    readonly KustoCode: {
      ParseAndAnalyze(
        query: string,
        globals: unknown,
      ): { GetDiagnostics(): { readonly Count: number; getItem(index: number): Diagnostic } };
    };
    readonly Symbols: {
      readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
      readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly unknown[]) => unknown };
    };
  };
}

interface Diagnostic {
  /** Offset into the query, in characters. */
  readonly Start: number;
  readonly Message: string;
}

/**
 * The columns of `traces` that Application Insights fills.
 * Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/traces
 */
const TRACES =
  '(timestamp:datetime, message:string, severityLevel:int, itemType:string, customDimensions:dynamic, ' +
  'customMeasurements:dynamic, operation_Name:string, operation_Id:string, operation_ParentId:string, ' +
  'cloud_RoleName:string, cloud_RoleInstance:string, appName:string, itemId:string, itemCount:int)';

/** Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/operation, of which `_LogOperation` is the view. */
const LOG_OPERATION =
  '(TimeGenerated:datetime, Category:string, Operation:string, Level:string, Detail:string, Type:string)';

const language = loadParser();
const database = new language.Symbols.DatabaseSymbol.ctor('workspace', [
  language.Symbols.TableSymbol.From(TRACES).WithName('traces'),
  language.Symbols.TableSymbol.From(LOG_OPERATION).WithName('_LogOperation'),
]);
const globals = language.GlobalState.Default.WithDatabase(database);

/** What Microsoft's parser and binder say against a query, each with its line: syntax, unknown columns, wrong types. */
export function kqlFaults(query: string): readonly string[] {
  const diagnostics = language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: diagnostics.Count }, (_, index) => {
    const { Start, Message } = diagnostics.getItem(index);
    return `line ${query.slice(0, Start).split('\n').length}: ${Message}`;
  });
}

/** Loading it makes the global objects Bridge and Kusto, which is how its two files find each other. */
function loadParser(): Kusto['Language'] {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.js');
  require('@kusto/language-service-next');
  return (globalThis as unknown as { readonly Kusto: Kusto }).Kusto.Language;
}
