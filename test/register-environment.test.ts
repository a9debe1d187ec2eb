import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../dist/register/environment.js'
import { runFixture } from './helpers/child'
import { runApp } from './helpers/registered'

describe('environment variables', () => {
  test.each([
    { SPANMETER_HISTORY_MS: '50', SPANMETER_PERIOD_MS: '100' },
    { SPANMETER_HISTORY_MS: '0.5' },
    { SPANMETER_HISTORY_MS: '1e9', SPANMETER_PERIOD_MS: '0.05' },
  ])('%j do not go together, which is one warning that names them', async (env) => {
    const nodeArgs = ['--import', 'spanmeter/register']
    const { attributes, stderr } = await runApp('app.cjs', { nodeArgs, env })
    expect(stderr.match(/Warning: spanmeter/g)).toHaveLength(1)
    expect(stderr).toMatch(
      /SPANMETER_HISTORY_MS \(with SPANMETER_PERIOD_MS [\d.]+\) must be between .*; the default is used/,
    )
    expect(attributes['resource.cpu.self_ms']).toBeGreaterThan(10)
  })

  test('each is looked at before there is a tracer provider', async () => {
    const names = new Set<string>()
    readEnvironment(new Proxy({}, { get: (_, name) => void names.add(String(name)) }))
    expect(names.size).toBeGreaterThan(10)
    const warned = await Promise.all(
      [...names].map(async (name) => {
        const nodeArgs = ['--require', 'spanmeter/register', '-e', '']
        // Any name will do for a directory, unless a file has it.
        const value = name === 'SPANMETER_RECORD_DIR' ? __filename : 'nonsense'
        const { stderr } = await runFixture('', { nodeArgs, env: { [name]: value } })
        return stderr.includes(`Warning: spanmeter: ${name}`)
      }),
    )
    expect(warned.filter((one) => !one)).toEqual([])
  })

  test('each becomes the option of its name', () => {
    const { monitor, processor, recording, endpoint, enabled, warnings } = readEnvironment({
      SPANMETER_PERIOD_MS: '2.5',
      SPANMETER_HISTORY_MS: '5000',
      SPANMETER_MAX_OVERHEAD_PERCENT: '0',
      SPANMETER_CPU_THRESHOLD: '50',
      SPANMETER_MEMORY_THRESHOLD_MB: '512',
      SPANMETER_WHEN: 'Notable',
      SPANMETER_DETAIL: 'full',
      SPANMETER_ATTRIBUTION: 'FALSE',
      SPANMETER_ENABLED: 'true',
      SPANMETER_PROMETHEUS_PORT: '9464',
      SPANMETER_PROMETHEUS_HOST: '0.0.0.0',
      SPANMETER_PROMETHEUS_ALLOWED_HOSTS: 'metrics.example.org, .svc',
      SPANMETER_PROMETHEUS_TOKEN_FILE: '/run/token',
      RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS: '15',
      SPANMETER_RECORD_DIR: '/recordings',
      SPANMETER_RECORD_MAX_MB: '64',
      SPANMETER_RECORD_ATTRIBUTES: 'false',
      SPANMETER_RECORD_SIGNAL: 'sigusr2',
    })
    expect(monitor).toEqual({ periodMs: 2.5, historyMs: 5000, maxOverheadPercent: 0 })
    const expected = { cpuThreshold: 50, memoryThresholdMb: 512, when: 'notable', detail: 'full', attribution: false }
    expect(processor).toEqual(expected)
    expect(endpoint).toEqual({
      ...{ windowMs: 15_000, tracing: false, port: 9464, host: '0.0.0.0' },
      ...{ allowedHosts: ['metrics.example.org', '.svc'], tokenFile: '/run/token' },
    })
    expect(recording).toEqual({
      ...{ directory: '/recordings', maxMb: 64, attributes: false, snapshotSignal: 'SIGUSR2' },
      ...{ cpuThreshold: 50, memoryThresholdMb: 512 },
    })
    expect({ enabled, warnings }).toEqual({ enabled: true, warnings: [] })
  })

  test('what is empty is not set', () => {
    const variables = { SPANMETER_PERIOD_MS: '', SPANMETER_ENABLED: ' ', SPANMETER_WHEN: '' }
    expect(readEnvironment(variables)).toEqual({ enabled: true, monitor: {}, processor: {}, warnings: [] })
  })

  test.each(['', ' ', 'short', 'with a blank inside it'])('with the token %j there is no endpoint', (token) => {
    const { endpoint, warnings } = readEnvironment({
      SPANMETER_PROMETHEUS_PORT: '9464',
      SPANMETER_PROMETHEUS_TOKEN: token,
    })
    expect(endpoint).toBeUndefined()
    expect(warnings).toEqual([
      'SPANMETER_PROMETHEUS_TOKEN must be 16 … 4096 letters, digits and any of -._~+/, which may end with =; ' +
        'there is no endpoint for Prometheus',
    ])
  })

  test('what is said of an endpoint is nothing without its port', () => {
    const [host, token] = ['SPANMETER_PROMETHEUS_HOST', 'SPANMETER_PROMETHEUS_TOKEN']
    const { endpoint, warnings } = readEnvironment({ [host]: '0.0.0.0', [token]: 'token-of-the-test' })
    expect(endpoint).toBeUndefined()
    expect(warnings).toEqual([
      `${host}, ${token}: without SPANMETER_PROMETHEUS_PORT there is no endpoint for Prometheus`,
    ])
  })

  test('hosts that cannot be are refused by name, and none but the usual are allowed', () => {
    const variables = { SPANMETER_PROMETHEUS_PORT: '9464', SPANMETER_PROMETHEUS_ALLOWED_HOSTS: 'a.example, http://b' }
    const { endpoint, warnings } = readEnvironment(variables)
    expect(endpoint).toEqual({ port: 9464 })
    expect(warnings).toEqual([
      expect.stringMatching(/^SPANMETER_PROMETHEUS_ALLOWED_HOSTS must be .* got 'http:\/\/b';/),
    ])
  })

  test.each([
    ['SPANMETER_PERIOD_MS', 'fast', /must be a number, got 'fast'/],
    ['SPANMETER_PERIOD_MS', '0', /must be between 0.05 and 60000, got 0/],
    ['SPANMETER_HISTORY_MS', '-1', /must be between/],
    ['SPANMETER_MAX_OVERHEAD_PERCENT', '101', /must be between 0 and 100, got 101/],
    ['SPANMETER_CPU_THRESHOLD', 'NaN', /must be a number, got 'NaN'/],
    ['SPANMETER_MEMORY_THRESHOLD_MB', '1GB', /must be a number, got '1GB'/],
    ['SPANMETER_WHEN', 'sometimes', /must be one of 'always', 'notable', got 'sometimes'/],
    ['SPANMETER_DETAIL', 'x'.repeat(1000), /must be one of 'default', 'full', got 'x{40}…'/],
    ['SPANMETER_ATTRIBUTION', 'yes', /must be true or false, got 'yes'/],
    ['SPANMETER_PROMETHEUS_PORT', '65536', /must be between 0 and 65535, got 65536/],
    ['SPANMETER_PROMETHEUS_PORT', '94.64', /must be a whole number, got 94.64/],
    ['SPANMETER_PROMETHEUS_PORT', 'http', /must be a whole number, got 'http'/],
    ['RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS', '0', /must be between 1 and 3600, got 0/],
    ['SPANMETER_RECORD_MAX_MB', '0', /must be between 1 and 1000000, got 0/],
    ['SPANMETER_RECORD_ATTRIBUTES', 'no', /must be true or false, got 'no'/],
    ['SPANMETER_RECORD_SIGNAL', 'SIGKILL', /must be one of 'SIGUSR1', .*, got 'SIGKILL'/],
    ['SPANMETER_ENABLED', '1', /must be true or false, got '1'/],
  ])('%s=%s is refused by name', (name, value, message) => {
    const { warnings, ...rest } = readEnvironment({ [name]: value })
    expect(rest).toEqual({ enabled: true, monitor: {}, processor: {} })
    expect(warnings).toEqual([expect.stringMatching(message)])
    expect(warnings[0]).toMatch(new RegExp(`^${name} `))
  })
})
