import type { PrometheusEndpointOptions } from '../prometheus/endpoint-options.js'

/** The value of a variable that is set and not empty, or undefined. What `parse` throws is a warning. */
type Read = <T>(name: string, parse: (text: string) => T) => T | undefined

const prefix = 'SPANMETER_PROMETHEUS_'
const names = {
  host: `${prefix}HOST`,
  allowedHosts: `${prefix}ALLOWED_HOSTS`,
  token: `${prefix}TOKEN`,
  tokenFile: `${prefix}TOKEN_FILE`,
}

/**
 * What the environment says of the endpoint. Undefined where there is none; so it is, too, with a token that cannot be used:
 * without one the endpoint would answer to anybody.
 */
export function readEndpoint(
  variables: Readonly<Record<string, string | undefined>>,
  port: number | undefined,
  read: Read,
  warnings: string[],
): PrometheusEndpointOptions | undefined {
  if (port === undefined) {
    const idle = Object.values(names).filter((name) => variables[name]?.trim())
    // A port that cannot be used is a warning of its own.
    if (idle.length > 0 && !variables[`${prefix}PORT`]?.trim()) {
      warnings.push(`${idle.join(', ')}: without ${prefix}PORT there is no endpoint for Prometheus`)
    }
    return undefined
  }
  const { checkAllowedHosts, checkToken } =
    require('../prometheus/endpoint-options.js') as typeof import('../prometheus/endpoint-options.js')
  const host = read(names.host, (text) => text)
  const allowedHosts = read(names.allowedHosts, (text) => checkAllowedHosts(names.allowedHosts, text.split(/[\s,]+/)))
  const tokenFile = read(names.tokenFile, (text) => text)
  if (tokenFile !== undefined && variables[names.token]?.trim()) {
    warnings.push(`${names.token} and ${names.tokenFile} must not both be set; there is no endpoint for Prometheus`)
    return undefined
  }
  try {
    // Also where it is empty, as when what should have filled it in did not.
    const given = variables[names.token]?.trim()
    const token = given === undefined ? undefined : checkToken(names.token, given)
    return {
      port,
      ...(host !== undefined && { host }),
      ...(allowedHosts !== undefined && { allowedHosts }),
      ...(token !== undefined && { token }),
      ...(tokenFile !== undefined && { tokenFile }),
    }
  } catch (error) {
    warnings.push(`${(error as Error).message}; there is no endpoint for Prometheus`)
    return undefined
  }
}
