/** The facts the app reports, one structured log line each, written once (never on replay). */
export type AppEventName =
  | 'app.misconfigured'
  | 'call.observed'
  | 'call.established'
  | 'call.registered'
  | 'call.ended'
  | 'call.keepAliveMissed'
  | 'call.cleanedUp'
  | 'keepAlive.succeeded'
  | 'keepAlive.failed'
  | 'keepAlive.overdue'
  | 'notification.rejected'
  | 'notification.failed'
  | 'relay.failed'
  | 'webhook.delivered'
  | 'webhook.failed'
  | 'keepAlive.rescued'
  | 'call.stuck'
  | 'call.reconciled'
  | 'reconcile.completed'
  | 'reconcile.failed'
  | 'purge.completed'
  | 'purge.failed';

/** Field values are what a log query can work with; texts from outside are already bounded. Never a token, never a body. */
export interface AppEvent {
  readonly event: AppEventName;
  readonly level: 'info' | 'warning' | 'error';
  readonly callId?: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** Where events go. */
export type EventLog = (event: AppEvent) => void;
