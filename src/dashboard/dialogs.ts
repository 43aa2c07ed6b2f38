import { button, element, setText } from './element.ts';

/** Asks before something is done. Resolves true when it shall be done. */
export async function confirmAction(
  dialog: HTMLDialogElement,
  question: {
    readonly title: string;
    readonly text: readonly (Node | string)[];
    readonly confirm: string;
    readonly isDangerous?: boolean;
  },
): Promise<boolean> {
  let isConfirmed = false;
  const confirm = button(
    question.confirm,
    () => {
      isConfirmed = true;
      dialog.close();
    },
    { class: question.isDangerous ? 'danger' : 'primary' },
  );
  const cancel = button('Cancel', () => dialog.close(), { autofocus: '' });
  dialog.replaceChildren(
    element('h2', { id: 'dialog-title' }, question.title),
    element('p', {}, ...question.text),
    element('div', { class: 'dialog-actions' }, cancel, confirm),
  );
  await closed(dialog);
  return isConfirmed;
}

/** What `PUT /api/calls/{callId}` takes, as an operator types it. */
export interface TypedRegistration {
  readonly callId: string;
  readonly tenantId: string;
  readonly joinUrl: string;
}

/**
 * Asks for a call to register and hands it to `register` until that says it is done or the operator gives up.
 *
 * `register` gives the problem to show, or undefined.
 */
export async function askRegistration(
  dialog: HTMLDialogElement,
  tenantId: string,
  register: (typed: TypedRegistration) => Promise<string | undefined>,
): Promise<void> {
  const problem = element('p', { class: 'problem', role: 'alert' });
  const guid = '\\s*[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\\s*';
  const field = { required: '', autocomplete: 'off', spellcheck: 'false', pattern: guid, title: 'A GUID' };
  const call = element('input', { id: 'register-call', ...field, autofocus: '' });
  const tenant = element('input', { id: 'register-tenant', ...field });
  const join = element('input', {
    id: 'register-join',
    type: 'url',
    autocomplete: 'off',
    placeholder: 'https://teams.microsoft.com/l/meetup-join/…',
  });
  tenant.value = tenantId;
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Keep it alive');
  const form = element(
    'form',
    {},
    element('h2', { id: 'dialog-title' }, 'Register a call'),
    element(
      'p',
      {},
      'For a call that lives but whose notifications did not come here. The first keepAlive is sent at once.',
    ),
    element('label', { for: 'register-call' }, 'Call id'),
    call,
    element('label', { for: 'register-tenant' }, 'Tenant id'),
    tenant,
    element('label', { for: 'register-join' }, 'Join link (for a rejoin; may be left out)'),
    join,
    problem,
    element(
      'div',
      { class: 'dialog-actions' },
      button('Cancel', () => dialog.close()),
      submit,
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit.disabled = true;
    const typed = { callId: call.value.trim(), tenantId: tenant.value.trim(), joinUrl: join.value.trim() };
    void register(typed).then((text) => {
      submit.disabled = false;
      if (text === undefined) dialog.close();
      else setText(problem, text);
    });
  });
  dialog.replaceChildren(form);
  await closed(dialog);
}

/** Shows it and resolves once it is closed; Escape closes it, and the focus goes back to where it was. */
function closed(dialog: HTMLDialogElement): Promise<void> {
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(), { once: true });
    dialog.showModal();
  });
}
