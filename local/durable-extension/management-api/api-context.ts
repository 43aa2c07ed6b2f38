import type { DurableExtensionOptions, FunctionTable } from '../extension-options.ts';
import type { HubSession } from '../hub/hub-session.ts';

/** What the handlers of the management API work with. */
export interface ApiContext {
  readonly options: DurableExtensionOptions;
  readonly session: HubSession;
  readonly functions: FunctionTable;
  readonly newId: () => string;
}
