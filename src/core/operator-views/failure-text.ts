/** Source: github.com/microsoftgraph/microsoft-graph-comms-samples, issues 432 (7503), 276 (7504) and 720 (7505). */
const DENIALS: ReadonlyMap<string, string> = new Map([
  ['7503', 'the app is not registered for calling'],
  ['7504', 'the tenant has not consented to its permissions'],
  ['7505', 'the token is of another tenant than the call'],
]);

/** What the keepalive loop remembers of a failure (`lastFailure.reason`), in words that go on after "because". */
export function toFailureText(reason: string): string {
  const [kind = '', ...rest] = reason.split(/:? /);
  const detail = rest.join(' ');
  switch (kind) {
    case 'http':
      return `Graph answers ${detail}`;
    case 'denied':
      return `Graph refuses the app (${detail}${DENIALS.has(detail) ? `: ${DENIALS.get(detail)}` : ''})`;
    case 'unclear':
      return 'Graph answers 404 without saying that the call is over';
    case 'timeout':
      return 'Graph does not answer in time';
    case 'network':
      return `Graph cannot be reached (${detail})`;
    case 'credential':
      return `there is no token for Graph (${detail})`;
    default:
      return reason;
  }
}
