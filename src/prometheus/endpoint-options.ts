import { known, show, wholeNumber } from '../options.js'
import { checkResourceMetricsOptions, type ResourceMetricsOptions, resourceMetricsOptionNames } from './options.js'

export interface PrometheusEndpointOptions extends ResourceMetricsOptions {
  /** 0: any that is free. */
  port: number
  /** Default `'127.0.0.1'`, which only this machine can reach. */
  host?: string
  /** Default `'/metrics'`. */
  path?: string
  /**
   * The names by which the endpoint may be asked beside addresses, `localhost` and `host`: `'metrics.example.org'`, with
   * `'.example.org'` all names that end so, with `'*'` any. Default: no other. Others are refused, since a page of the web
   * could have them.
   */
  allowedHosts?: readonly string[]
  /** Who asks must know it: 16 … 4096 letters, digits and `-._~+/`, sent as `Authorization: Bearer …`. Default: none. */
  token?: string
  /** A file with the token, in place of `token`. It is read with each request. */
  tokenFile?: string
}

const names = [...resourceMetricsOptionNames, 'port', 'host', 'path', 'allowedHosts', 'token', 'tokenFile']

/** Fills in the defaults. Throws a `TypeError` or `RangeError` that names the option, what it got and what it expects. */
export function checkEndpointOptions(given: PrometheusEndpointOptions) {
  const options = known(given, names)
  const rules = checkResourceMetricsOptions(options, names)
  const { host = '127.0.0.1', path = '/metrics', allowedHosts = [], token, tokenFile } = options
  if (token !== undefined && tokenFile !== undefined) {
    throw new TypeError('token and tokenFile must not both be given')
  }
  return {
    rules,
    port: wholeNumber('port', options.port, 0, 65_535),
    host: text('host', host, /./, 'the name or address of an interface of this machine'),
    path: text('path', path, /^\/[\w/.~-]*$/, 'a path that begins with /'),
    allowedHosts: checkAllowedHosts('allowedHosts', allowedHosts),
    token: token === undefined ? undefined : checkToken('token', token),
    tokenFile: tokenFile === undefined ? undefined : text('tokenFile', tokenFile, /./, 'the path of a file'),
  }
}

/** A name, `.example.org` for all below one, or `*` for any. */
const hostPattern = /^(\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/i
/** What RFC 6750 allows, and too long to be guessed. */
const tokenPattern = /^[\w.~+/-]{16,4096}=*$/

/** Throws a `TypeError` that names the option. */
export function checkAllowedHosts(name: string, value: unknown): readonly string[] {
  const isHost = (host: unknown) => typeof host === 'string' && hostPattern.test(host)
  if (Array.isArray(value) && value.every(isHost)) return value.map((host: string) => host.toLowerCase())
  const expected = "names of hosts without a port, such as 'metrics.example.org', '.example.org' or '*'"
  throw new TypeError(
    `${name} must be ${expected}, got ${show(Array.isArray(value) ? value.find((host) => !isHost(host)) : value)}`,
  )
}

/** Throws a `TypeError` that names the option, and does not show the token. */
export function checkToken(name: string, value: unknown): string {
  if (typeof value === 'string' && tokenPattern.test(value)) return value
  throw new TypeError(`${name} must be 16 … 4096 letters, digits and any of -._~+/, which may end with =`)
}

function text(name: string, value: unknown, pattern: RegExp, expected: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new TypeError(`${name} must be ${expected}, got ${show(value)}`)
}
