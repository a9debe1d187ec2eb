import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Ajv from 'ajv'
import { afterAll, describe, expect, test } from 'vitest'
import { readAlertsFile } from '../dist/alerts/file/read-file.js'
import { packageRoot, run } from './helpers/child'
import { Receiver } from './helpers/receiver'

const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const cli = (...args: string[]) => run(process.execPath, [join(packageRoot, 'dist/cli/index.js'), 'alerts', ...args])

const yaml = `# Rules of a shop.
rules:
  - name: busy
    metric: cpu.percent
    condition: greater_than
    threshold: 90
    forMs: 5000
  - name: queue
    metric: queue.length
    condition: greater_then
    threshold: "10"
channels:
  - type: slack
    urlFile: none.txt
  - type: webhook
    url: http://127.0.0.1/
    retries: 3
labels: { team: 7 }
`

describe('spanmeter alerts check', () => {
  test('says what is wrong with YAML, each with its line', async () => {
    const file = write('bad.yaml', yaml)
    const { code, stdout, stderr } = await cli('check', file)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining(`${file}:9:5: rules[1].metric must be one of 'cpu.percent', `),
      `${file}:10:5: rules[1].condition must be one of 'greater_than', 'less_than', 'equals', got 'greater_then'`,
      `${file}:11:5: rules[1].threshold must be a number, got '10'`,
      expect.stringMatching(/bad\.yaml:14:5: channels\[0\]\.urlFile must be a file that can be read, got .*: ENOENT$/),
      expect.stringContaining(
        `${file}:17:5: option of channels[1] must be one of 'type', 'url', 'urlFile', 'headers', `,
      ),
      `${file}:18:11: labels.team must be a string, got 7`,
      '',
    ])
  })

  test('and with JSON', async () => {
    const rules = [{ name: 'busy', metric: 'cpu.percent', condition: 'greater_than' }]
    const file = write('bad.json', JSON.stringify({ rules, intervalMs: 1 }, undefined, 2))
    const { code, stderr } = await cli('check', file)
    expect(code).toBe(2)
    expect(stderr).toBe(
      `${file}:3:5: rules[0].threshold must be a number, got undefined\n` +
        `${file}:9:3: intervalMs must be between 50 and 60000, got 1\n`,
    )
  })

  test('and where it is neither', async () => {
    const file = write('broken.yaml', 'rules:\n  - name: a\n   metric: b\n')
    const { code, stderr } = await cli('check', file)
    expect(code).toBe(2)
    expect(stderr).toMatch(/broken\.yaml:\d+:\d+: \S/)
    const missing = await cli('check', join(folder, 'missing.yaml'))
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('spanmeter: ENOENT') })
  })

  test('names the line also behind what ends the document too early', async () => {
    const file = write('early.json', '{\n "rules": [],\n "c\n  {\n   "t": "p",\n   "u": 5\n  }\n ],\n "fed": []\n}')
    const { stderr } = await cli('check', file)
    expect(stderr).toContain(`${file}:9:7: Unexpected map-value-ind token`)
  })

  test('says what is in a file that is right', async () => {
    write('url.txt', 'https://hooks.slack.com/services/T/B/s3cr3t\n')
    const file = write('good.yaml', 'rules: []\nchannels:\n  - { type: slack, urlFile: url.txt }\n')
    const { code, stdout, stderr } = await cli('check', file)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${file}: 0 rules, 1 channel\n`, stderr: '' })
  })

  test('shows no secret that cannot be used', async () => {
    const file = write('secret.yaml', 'channels:\n  - type: webhook\n    url: htp://s3cr3t\n')
    const { stderr } = await cli('check', file)
    expect(stderr).toContain(':3:5: channels[0].url must be a URL of http or https, got a string of 12 characters')
    expect(stderr).not.toContain('s3cr3t')
  })
})

describe('a file that is no YAML', () => {
  test('shows no secret from where it goes wrong', async () => {
    const file = write('no-yaml.json', '{a}\n{"channels": [{"type": "slack", "url": "https://a/s3cr3t"}]}')
    const { code, stderr } = await cli('check', file)
    expect(code).toBe(2)
    expect(stderr).toContain('token in YAML stream')
    expect(stderr).not.toContain('s3cr3t')
  })

  test.each([
    ['an alias of nothing', 'rules: *s3cr3t\n', /:1:1: Unresolved alias/],
    [
      'aliases of aliases',
      `a: &a [1, 1]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]\n`,
      /:1:1: Excessive alias/,
    ],
    ['control characters', 'intervalMs: "1\\n2\\e[31m"\n', /:1:1: intervalMs must be a number, got '1\?2\?\[31m'\n$/],
  ])('is refused in a line: %s', async (_what, content, expected) => {
    const file = write('refused.yaml', content)
    const { code, stdout, stderr } = await cli('check', file)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(expected)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('s3cr3t')
  })
})

describe('spanmeter alerts try', () => {
  test('sends a test and its end through each channel, and says what became of it', async () => {
    await using receiver = await Receiver.start()
    receiver.answerBy((path, response) => response.writeHead(path === '/bad' ? 403 : 200).end())
    const channels = ['good', 'bad'].map((name) => ({ type: 'webhook', url: `${receiver.url}/${name}` }))
    const file = write('try.json', JSON.stringify({ channels }))
    const { code, stdout } = await cli('try', file, '--severity', 'critical')
    const at = `webhook at 127.0.0.1:${receiver.port}`
    expect({ code, stdout }).toEqual({ code: 2, stdout: `${at}: delivered\n${at}: answered 403\n` })
    const sent = receiver.received.filter(({ path }) => path === '/good').map(({ body }) => body)
    expect(sent.map(({ status }) => status)).toEqual(['firing', 'resolved'])
    expect(sent[0].alerts[0].labels).toMatchObject({ alertname: 'SpanmeterTest', severity: 'critical' })
  })

  test('needs channels', async () => {
    const file = write('none.json', '{}')
    expect(await cli('try', file)).toMatchObject({ code: 2, stderr: `${file}: there are no channels\n` })
  })
})

describe('the JSON schema', () => {
  const schema = JSON.parse(readFileSync(join(packageRoot, 'dist/alerts/alerts.schema.json'), 'utf8'))
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  const rule = { name: 'busy', metric: 'cpu.percent', condition: 'greater_than', threshold: 90 }
  const withRule = (changes: object) => ({ rules: [{ ...rule, ...changes }] })
  const withChannel = (channel: object) => ({ channels: [channel] })
  const webhook = { type: 'webhook', url: 'http://a/' }

  test.each<[string, unknown, boolean]>([
    ['an empty file', {}, true],
    ['one that names it', { $schema: 'x' }, true],
    ['a rule', withRule({}), true],
    [
      'all of a rule',
      withRule({ clearThreshold: 1, forMs: 1, keepFiringForMs: 1, averageMs: 0, severity: 'info' }),
      true,
    ],
    ['labels', withRule({ cooldownMs: 0, labels: { a: 'b' }, annotations: { summary: 'c' } }), true],
    ['fed metrics', { fed: ['queue'], ...withRule({ metric: 'queue' }) }, true],
    ['a webhook', withChannel({ ...webhook, headers: { 'x-a': 'b' }, queueSize: 1, maxPerHour: 0 }), true],
    ['Alertmanager', withChannel({ type: 'alertmanager', url: 'http://a', repeatMs: 100, holdMs: 0 }), true],
    ['PagerDuty', withChannel({ type: 'pagerduty', routingKey: 'R' }), true],
    ['a list', [], false],
    ['an unknown option', { monitor: {} }, false],
    ['a rule without threshold', { rules: [{ ...rule, threshold: undefined }] }, false],
    ['an unknown condition', withRule({ condition: '>' }), false],
    ['an empty name', withRule({ name: ' ' }), false],
    ['a negative time', withRule({ forMs: -1 }), false],
    ['an average of a moment', withRule({ averageMs: 5 }), false],
    ['a label of another name', withRule({ labels: { 'a-b': 'c' } }), false],
    ['an unknown channel', withChannel({ type: 'mail' }), false],
    ['a channel without an address', withChannel({ type: 'slack' }), false],
    ['an address of another kind', withChannel({ type: 'slack', url: 'ftp://a' }), false],
    ['both secrets', withChannel({ type: 'pagerduty', routingKey: 'R', routingKeyFile: __filename }), false],
    ['options of another channel', withChannel({ ...webhook, holdMs: 1 }), false],
    ['half an alert in the queue', withChannel({ ...webhook, queueSize: 0.5 }), false],
    ['an interval that is too short', { intervalMs: 10 }, false],
  ])('says of %s what the check says', (name, content, isRight) => {
    const file = write('schema.json', JSON.stringify(content))
    const { problems } = readAlertsFile(file)
    expect(problems.length === 0, `${name}: ${JSON.stringify(problems)}`).toBe(isRight)
    expect(validate(JSON.parse(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors)).toBe(isRight)
  })
})

describe('SPANMETER_ALERTS', () => {
  const app = join(packageRoot, 'test/fixtures/alerts/drop-in.cjs')

  test.each(['--import', '--require'])('looks after an application that knows nothing of it, with %s', async (flag) => {
    await using receiver = await Receiver.start()
    // Without a cooldown: a busy machine may block the loop for as long before, while the application starts.
    const rule = 'name: blocked, metric: loop.blocked_ms, condition: greater_than, threshold: 250, cooldownMs: 0'
    const channel = `type: webhook, url: "${receiver.url}"`
    const file = write('app.yaml', `rules:\n  - { ${rule} }\nchannels:\n  - { ${channel} }\n`)
    const env = { ...process.env, NODE_OPTIONS: '', SPANMETER_ALERTS: file }
    const child = spawn(process.execPath, [flag, 'spanmeter/register', app], { cwd: packageRoot, env })
    const stderr = text(child.stderr)
    const ofBlock = () => receiver.received.filter(({ body }) => Number(body.commonAnnotations.duration_ms) > 299)
    const first = () => ofBlock().slice(0, 2)
    await expect.poll(() => first().map(({ body }) => body.status)).toEqual(['firing', 'resolved'])
    const ended = once(child, 'exit')
    child.stdin.end('end\n')
    await ended
    expect(await stderr).toBe('')
  })

  const register = (variables: NodeJS.ProcessEnv) =>
    run(process.execPath, ['--require', 'spanmeter/register', '-e', 'console.log("runs")'], variables)

  test('that cannot be used is one warning, and the application runs', async () => {
    const bad = await register({ SPANMETER_ALERTS: write('bad.yaml', yaml) })
    expect(bad.stdout).toBe('runs\n')
    expect(bad.stderr.match(/Warning: spanmeter/g)).toHaveLength(1)
    expect(bad.stderr).toMatch(
      /SPANMETER_ALERTS: there are no alerts: .*bad\.yaml:9:5: .* \(and 5 more: npx spanmeter alerts check /,
    )
    const missing = await register({ SPANMETER_ALERTS: join(folder, 'missing.yaml') })
    expect(missing.stderr).toContain('SPANMETER_ALERTS: there are no alerts: ENOENT')
    const off = await register({ SPANMETER_ALERTS: join(folder, 'missing.yaml'), SPANMETER_ENABLED: 'false' })
    expect(off).toMatchObject({ stdout: 'runs\n', stderr: '' })
  })

  test('that is not set loads nothing', async () => {
    const list = 'console.log(Object.keys(require.cache).join())'
    const args = ['--require', 'spanmeter/register', '-e', list]
    const { stdout } = await run(process.execPath, args, { SPANMETER_PERIOD_MS: '2' })
    expect(stdout).toContain('dist/register')
    expect(stdout).not.toMatch(/alerts|loop-blocks|yaml/)
  })
})
