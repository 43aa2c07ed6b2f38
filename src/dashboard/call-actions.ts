import type { Answer, Api } from './api.ts';
import type { Row } from './api-types.ts';
import { toLabel, toShortId } from './call-label.ts';
import { askRegistration, confirmAction } from './dialogs.ts';
import { element } from './element.ts';
import { toGraphSentence } from './read-content.ts';

export interface ActionReport {
  readonly text: string;
  readonly isGood: boolean;
}

const KEY_NEEDED = 'The host refused the key.';
const UNREACHABLE = 'The host does not answer. Whether it was done is not known: look at the call again.';

/** What an operator can do to calls; each is asked back first. Undefined: the operator thought better of it. */
export function createCallActions(api: Api, dialog: HTMLDialogElement) {
  return {
    async keepAliveNow(row: Row): Promise<ActionReport | undefined> {
      const isConfirmed = await confirmAction(dialog, {
        title: 'Send a keepAlive now?',
        text: [
          'One request goes to Graph for ',
          ...nameOf(row),
          '. The schedule stays as it is. Should Graph not know the call any more, it is ended here.',
        ],
        confirm: 'Send it',
      });
      if (!isConfirmed) return undefined;
      const answer = await api.send('POST', `calls/${row.callId}/keepAlive`);
      if (answer.kind === 'ok') return { text: `Alive. ${toGraphSentence(answer.content)}`, isGood: true };
      if (answer.kind !== 'problem') return failureOf(answer.kind);
      return { text: `${answer.detail} ${toGraphSentence(answer.content)}`, isGood: false };
    },

    async stop(row: Row): Promise<ActionReport | undefined> {
      const isConfirmed = await confirmAction(dialog, {
        title: 'Stop keeping this call alive?',
        text: [
          'No keepAlive is sent any more for ',
          ...nameOf(row),
          ', and Graph ends it within 45 minutes. It is not hung up now. It can be registered again.',
        ],
        confirm: 'Stop it',
        isDangerous: true,
      });
      if (!isConfirmed) return undefined;
      const answer = await api.send('DELETE', `calls/${row.callId}`);
      if (answer.kind === 'ok') return { text: 'Stopped: no keepAlive is sent any more.', isGood: true };
      return answer.kind === 'problem' ? { text: answer.detail, isGood: false } : failureOf(answer.kind);
    },

    /** The same for each of several calls, after one question. */
    async keepAliveAll(rows: readonly Row[]): Promise<ActionReport | undefined> {
      const isConfirmed = await confirmAction(dialog, {
        title: `Send ${rows.length} keepAlives now?`,
        text: ['One request goes to Graph for each selected call. Their schedules stay as they are.'],
        confirm: 'Send them',
      });
      if (!isConfirmed) return undefined;
      return summarise(await eachOf(rows, (row) => api.send('POST', `calls/${row.callId}/keepAlive`)), 'kept alive');
    },

    async stopAll(rows: readonly Row[]): Promise<ActionReport | undefined> {
      const isConfirmed = await confirmAction(dialog, {
        title: `Stop keeping ${rows.length} calls alive?`,
        text: ['No keepAlive is sent any more for the selected calls, and Graph ends them within 45 minutes.'],
        confirm: 'Stop them',
        isDangerous: true,
      });
      if (!isConfirmed) return undefined;
      return summarise(await eachOf(rows, (row) => api.send('DELETE', `calls/${row.callId}`)), 'stopped');
    },

    /** Resolves with the id of the call that was registered. */
    async register(tenantId: string): Promise<string | undefined> {
      let registered: string | undefined;
      await askRegistration(dialog, tenantId, async (typed) => {
        const content = { tenantId: typed.tenantId, ...(typed.joinUrl === '' ? {} : { joinUrl: typed.joinUrl }) };
        const answer = await api.send('PUT', `calls/${encodeURIComponent(typed.callId)}`, content);
        if (answer.kind === 'problem') return answer.detail;
        if (answer.kind !== 'ok') return failureOf(answer.kind).text;
        registered = typed.callId;
        return undefined;
      });
      return registered;
    },
  };
}

/** One after the other: the host and Graph have other things to do. */
async function eachOf(rows: readonly Row[], act: (row: Row) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const row of rows) answers.push(await act(row));
  return answers;
}

function summarise(answers: readonly Answer[], done: string): ActionReport {
  const failures = answers.filter(({ kind }) => kind !== 'ok');
  const [first] = failures;
  const why = first?.kind === 'problem' ? ` The first: ${first.detail}` : '';
  const text = `${answers.length - failures.length} of ${answers.length} calls ${done}.${why}`;
  return { text, isGood: failures.length === 0 };
}

/** The label keeps its direction to itself. */
function nameOf(row: Row): readonly (Node | string)[] {
  return ['“', element('bdi', {}, toLabel(row)), `” (${toShortId(row.callId)})`];
}

function failureOf(kind: 'keyNeeded' | 'unreachable' | 'same'): ActionReport {
  return { text: kind === 'keyNeeded' ? KEY_NEEDED : UNREACHABLE, isGood: false };
}
