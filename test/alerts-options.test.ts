import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAlerts } from 'spanmeter/alerts'
import { afterAll, describe, expect, test } from 'vitest'

const rule = { name: 'busy', metric: 'cpu.percent', condition: 'greater_than', threshold: 90 }
const secret = 'hunter2hunter2'

/** The error of bad options. */
function refused(options: unknown): Error {
  try {
    void createAlerts(options as never).close()
  } catch (error) {
    return error as Error
  }
  throw new Error('they were accepted')
}

describe('a bad option is an error that names it, what it got and what it expects', () => {
  const ofRule = (changes: object) => ({ rules: [{ ...rule, ...changes }] })
  const ofChannel = (channel: unknown) => ({ channels: [channel] })
  const cases: readonly [string, unknown, string][] = [
    ['an unknown option', { rule: [] }, "option must be one of 'monitor', 'rules', "],
    ['options that are none', 7, 'options must be an object, got 7'],
    ['rules that are none', { rules: {} }, 'rules must be an array, got an object'],
    ['a rule that is none', { rules: [null] }, 'rules[0] must be an object, got null'],
    ['a rule without a name', ofRule({ name: '' }), "rules[0].name must be a string that is not empty, got ''"],
    ['an unknown option of a rule', ofRule({ treshold: 3 }), "option of rules[0] must be one of 'name', 'metric', "],
    ['an unknown metric', ofRule({ metric: 'cpu.percnt' }), "rules[0].metric must be one of 'cpu.percent', "],
    ['an unknown condition', ofRule({ condition: '>' }), "rules[0].condition must be one of 'greater_than', "],
    ['a threshold that is no number', ofRule({ threshold: '90' }), "rules[0].threshold must be a number, got '90'"],
    [
      'an unknown severity',
      ofRule({ severity: 'page' }),
      "rules[0].severity must be one of 'info', 'warning', 'critical'",
    ],
    ['a time that is negative', ofRule({ forMs: -1 }), 'rules[0].forMs must be between 0 and 86400000, got -1'],
    ['an average of a moment', ofRule({ averageMs: 1 }), 'rules[0].averageMs must be between 10 and 60000, got 1'],
    [
      'a threshold to clear on the wrong side',
      ofRule({ clearThreshold: 95 }),
      'rules[0].clearThreshold must not be above threshold (90), got 95',
    ],
    [
      'one where there can be none',
      ofRule({ condition: 'equals', clearThreshold: 90 }),
      "rules[0].clearThreshold must be left out where condition is 'equals', got 90",
    ],
    ['a label that is no string', ofRule({ labels: { team: 7 } }), 'rules[0].labels.team must be a string, got 7'],
    [
      'a label of another name',
      ofRule({ labels: { 'a-b': '' } }),
      "rules[0].labels.a-b must have a name of letters, digits and _, got 'a-b'",
    ],
    [
      'two rules of a name',
      { rules: [rule, rule] },
      "rules[1].name must be another than that of the rules before it, got 'busy'",
    ],
    ['a metric that is no function', { metrics: { queue: 7 } }, 'metrics.queue must be a function, got 7'],
    [
      'a metric of a name that is taken',
      { fed: ['cpu.percent'] },
      'fed[0] must be another name than those that are built in',
    ],
    ['a monitor of another make', { monitor: {} }, 'monitor must come from createMonitor(), got an object'],
    ['an interval that is too short', { intervalMs: 1 }, 'intervalMs must be between 50 and 60000, got 1'],
    [
      'a channel of no type',
      ofChannel({}),
      "channels[0].type must be one of 'webhook', 'alertmanager', 'slack', 'pagerduty', got undefined",
    ],
    ['a channel that is none', ofChannel(null), 'channels[0].type must be one of '],
    [
      'a channel without an address',
      ofChannel({ type: 'slack' }),
      'channels[0].url: one of url or urlFile is needed, got neither',
    ],
    [
      'an option of another channel',
      ofChannel({ type: 'slack', url: 'http://a', headers: {} }),
      "option of channels[0] must be one of 'type', 'url', ",
    ],
    [
      'an address that is no string',
      ofChannel({ type: 'webhook', url: 7 }),
      'channels[0].url must be a URL of http or https, got 7',
    ],
    [
      'a size that is no whole number',
      ofChannel({ type: 'webhook', url: 'http://a', queueSize: 1.5 }),
      'channels[0].queueSize must be a whole number, got 1.5',
    ],
  ]
  test.each(cases)('%s', (_name, options, message) => {
    const error = refused(options)
    expect(error.message).toContain(message)
    expect(error).toSatisfy((error) => error instanceof TypeError || error instanceof RangeError)
  })

  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  writeFileSync(`${folder}/bad`, `not a URL: ${secret}`)
  const secrets: readonly [string, object, string][] = [
    [
      'a URL that is none',
      { url: `not a URL: ${secret}` },
      'channels[0].url must be a URL of http or https, got a string of 25 characters, which is not shown',
    ],
    ['one of another protocol', { url: `ftp://${secret}` }, 'channels[0].url must be a URL of http or https'],
    [
      'one in a file',
      { urlFile: `${folder}/bad` },
      'channels[0].urlFile must be a URL of http or https, got a string of 25 characters, which is not shown',
    ],
    ['a file that is missing', { urlFile: `${folder}/none` }, 'channels[0].urlFile must be a file that can be read'],
    ['both', { url: `http://${secret}`, urlFile: `${folder}/bad` }, 'must be the only one of url or urlFile'],
  ]
  test.each(secrets)('%s, which is not shown', (_name, options, message) => {
    const error = refused(ofChannel({ type: 'webhook', ...options }))
    expect(error.message).toContain(message)
    expect(String(error.stack)).not.toContain(secret)
  })
})

describe('rules', () => {
  test('come and go', async () => {
    await using alerts = createAlerts({ rules: [rule as never] })
    expect(() => alerts.add(rule as never)).toThrow("name must be another than that of the rules before it, got 'busy'")
    expect(() => alerts.add({ ...rule, name: 'b', threshold: Number.NaN } as never)).toThrow(
      /^threshold must be a number/,
    )
    alerts.add({ ...rule, name: 'other' } as never)
    expect(alerts.health().rules).toBe(2)
    expect([alerts.remove('busy'), alerts.remove('busy'), alerts.remove('other')]).toEqual([true, false, true])
    expect(alerts.health()).toMatchObject({ rules: 0, firing: [], pending: [] })
    await alerts.close()
    expect(() => alerts.add(rule as never)).toThrow('the alerts were closed')
  })
})

test('what others have put on Object.prototype is no option', async () => {
  const theirs = { monitor: {}, intervalMs: 'never', forMs: -1, timeoutMs: 0, urlFile: '/theirs', unheardOf: 7 }
  Object.assign(Object.prototype, theirs)
  try {
    const channels = [{ type: 'slack', url: 'http://127.0.0.1:9/' }] as const
    await createAlerts({ rules: [rule as never], channels, metrics: {} }).close()
  } finally {
    for (const name of Object.keys(theirs)) delete (Object.prototype as Record<string, unknown>)[name]
  }
})
