import type { CallState, ResultInfo } from './call-life.ts';
import { type CallOptions, callOptionsSchema } from './call-options.ts';
import { type CallView, type NotificationView, toCallView, toNotificationView } from './call-view.ts';
import type { CallbackTokenOverrides, CallbackTokens } from './callback-tokens.ts';
import { ControlError } from './control-error.ts';
import type { Fault, FaultOptions, Faults } from './faults.ts';
import type { KeepAliveLogEntry } from './keepalive-log.ts';
import type { NotificationSender } from './notification-sender.ts';
import { enterRoster, type RosterOptions, toRosterBody } from './roster-body.ts';
import type { SimulatedCall } from './simulated-call.ts';
import type { SimulatedCalls } from './simulated-calls.ts';

/** What a test or a person does to the simulated platform. The control API is this over HTTP. */
export interface SimulatedGraphControl {
  /** Begins a call, as if the bot had created it (outgoing) or somebody had called the bot (incoming). Errors: ZodError, ControlError 409. */
  createCall(options: CallOptions): CallView;
  /** Every call, ended ones included. */
  calls(): readonly CallView[];
  call(callId: string): CallView | undefined;
  /** The other party hangs up; false when the call had ended before. Errors: ControlError 404. */
  hangUp(callId: string, resultInfo?: ResultInfo): boolean;
  /** Sends a state's notification (again), or a body as it is, and waits for the answer. Errors: ControlError 404. */
  sendNotification(
    notification: { readonly callId: string } & ({ readonly state: CallState } | { readonly body: string }),
  ): Promise<NotificationView>;
  /** Lets people come and go, tells the bot who is in the call, and waits for the answer. Errors: ZodError, ControlError 404. */
  sendRoster(options: RosterOptions): Promise<NotificationView>;
  /** Errors: ZodError. */
  addFault(options: FaultOptions): Fault;
  faults(): readonly Fault[];
  clearFaults(): void;
  /** A token as notifications carry it, with claims put over the defaults. Errors: ControlError 400 for an unknown algorithm. */
  signCallbackToken(overrides?: CallbackTokenOverrides): string;
  /** Signs with a new key from now on; `dropOld` withdraws the others. */
  rotateKeys(options?: { readonly dropOld?: boolean }): { readonly kid: string };
  /** Every keepAlive and every transition of a call since the start, in order. */
  keepAliveLog(): readonly KeepAliveLogEntry[];
}

export function createControl(deps: {
  readonly calls: SimulatedCalls;
  readonly sender: NotificationSender;
  readonly faults: Faults;
  readonly tokens: CallbackTokens;
  readonly entries: readonly KeepAliveLogEntry[];
}): SimulatedGraphControl {
  const { calls, faults, tokens } = deps;
  const knownCall = (callId: string): SimulatedCall => {
    const call = calls.find(callId);
    if (call === undefined) throw new ControlError(404, `callId: the simulated Graph knows no call ${callId}.`);
    return call;
  };

  return {
    createCall(options) {
      const call = calls.start(callOptionsSchema.parse(options));
      if (call === undefined) throw new ControlError(409, `callId: there is a call ${options.callId} already.`);
      return toCallView(call);
    },
    calls: () => calls.all().map(toCallView),
    call(callId) {
      const call = calls.find(callId);
      return call === undefined ? undefined : toCallView(call);
    },
    hangUp: (callId, resultInfo) => calls.hangUp(knownCall(callId), 'otherParty', resultInfo),
    async sendNotification({ callId, ...content }) {
      return toNotificationView(await deps.sender.sendByHand(knownCall(callId), content));
    },
    async sendRoster(options) {
      const call = knownCall(options.callId);
      const body = JSON.stringify(toRosterBody(call.facts, options));
      enterRoster(call, options);
      return toNotificationView(await deps.sender.sendByHand(call, { body }));
    },
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    signCallbackToken: tokens.sign,
    rotateKeys: tokens.rotateKeys,
    keepAliveLog: () => [...deps.entries],
  };
}
