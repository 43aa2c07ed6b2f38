/**
 * The proxies that a connection of our own is to use: those that Node itself uses, when it is told to.
 *
 * Source: https://nodejs.org/api/cli.html#node_use_env_proxy1; an agent is not told by it, only Node's own one is:
 * https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxyEnv(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv | undefined {
  return environment.NODE_USE_ENV_PROXY === '1' ? environment : undefined;
}
