export const VIEWS = ['open', 'late', 'failing', 'overdue', 'lost', 'ended'] as const;
export type View = (typeof VIEWS)[number];

/** What the page shows, as its address says it. Never holds the key. */
export interface Address {
  readonly view: View;
  readonly text: string;
  readonly tenant: string;
  /** Where the page of calls begins; '' for the first one. */
  readonly after: string;
  /** The call whose details are open; '' for none. */
  readonly call: string;
}

export function parseAddress(search: string): Address {
  const parameters = new URLSearchParams(search);
  return {
    view: VIEWS.find((view) => view === parameters.get('view')) ?? 'open',
    text: parameters.get('text') ?? '',
    tenant: parameters.get('tenant') ?? '',
    after: parameters.get('after') ?? '',
    call: parameters.get('call') ?? '',
  };
}

/** The query of the page's own address; what is as by default is left out. */
export function toSearch({ view, text, tenant, after, call }: Address): string {
  return toQuery({ view: view === 'open' ? '' : view, text, tenant, after, call });
}

/** The path of the list, relative to the API. */
export function toListPath({ view, text, tenant, after }: Address, top: number): string {
  const isState = view === 'ended' || view === 'lost';
  const state = view === 'ended' ? 'ended,lost' : view === 'lost' ? 'lost' : '';
  const danger = view === 'open' || isState ? '' : view;
  return `calls${toQuery({ state, danger, text, tenant, top: String(top), continuationToken: after })}`;
}

function toQuery(values: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
  return query === '' ? '' : `?${query}`;
}
