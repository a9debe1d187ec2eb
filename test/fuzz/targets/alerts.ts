import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readAlertsFile } from '../../../dist/alerts/file/read-file.js'
import { builtInMetrics } from '../../../dist/alerts/metrics.js'
import { damageText, damageValue } from '../damage.js'
import type { Random } from '../random.js'
import { scratchFolder } from '../scratch.js'
import { isPlain, promise, type Target } from '../target.js'

const folder = scratchFolder()
const file = join(folder, 'alerts.yaml')
const secret = 'S3CR3T'
const secretFile = join(folder, 'url.txt')
writeFileSync(secretFile, `https://hooks.example/${secret}\n`)

type Fields = Record<string, unknown>

function texts(random: Random): Record<string, string> {
  return Object.fromEntries(random.list(3, () => [`l${random.word(6)}`, random.text()]))
}

function optional(random: Random, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(() => random.chance(0.4)))
}

function makeRule(random: Random, i: number, fed: readonly string[]): Fields {
  const condition = random.pick(['greater_than', 'less_than', 'equals'])
  const threshold = random.between(-1000, 1000)
  const back = { greater_than: threshold - 1, less_than: threshold + 1, equals: undefined }[condition]
  return {
    name: `${random.word()} ${i}`,
    metric: random.pick([...builtInMetrics, ...fed]),
    condition,
    threshold,
    ...(back !== undefined && optional(random, { clearThreshold: back })),
    ...optional(random, {
      forMs: random.below(86_400_001),
      keepFiringForMs: random.below(86_400_001),
      averageMs: random.pick([0, random.between(10, 60_000)]),
      severity: random.pick(['info', 'warning', 'critical']),
      cooldownMs: random.below(86_400_001),
      labels: texts(random),
      annotations: texts(random),
    }),
  }
}

function makeChannel(random: Random): Fields {
  const type = random.pick(['webhook', 'alertmanager', 'slack', 'pagerduty'])
  const url = `https://hooks.example/${random.word()}/${secret}`
  const where = random.chance(0.5) ? { url } : { urlFile: random.pick(['url.txt', secretFile]) }
  return {
    type,
    ...(type === 'pagerduty' ? { routingKey: `${secret}${random.word()}` } : where),
    ...optional(random, {
      queueSize: random.between(1, 10_000),
      maxPerHour: random.below(1_000_001),
      timeoutMs: random.between(1, 600_000),
      retryForMs: random.below(86_400_001),
    }),
  }
}

function make(random: Random): Fields {
  const fed = random.list(2, (i) => `fed.${random.word()}.${i}`)
  return {
    rules: random.list(3, (i) => makeRule(random, i, fed)),
    channels: random.list(2, () => makeChannel(random)),
    fed,
    ...optional(random, { labels: texts(random), intervalMs: random.between(50, 60_000) }),
  }
}

function textOf(random: Random, content: unknown): string {
  if (random.chance(0.4)) return JSON.stringify(content, undefined, random.below(3))
  return stringify(content, { aliasDuplicateObjects: random.chance(0.5) })
}

/** What YAML has and such files seldom do. */
const oddities = [
  '&a [*a]',
  '*b',
  '!!binary aGk=',
  '!x y',
  '? [1]\n: 2',
  '<<: *a',
  '&a {a: *a}',
  '--- 1\n--- 2',
  '%YAML 9.9',
]
oddities.push(
  '- - - -',
  '|+\n  x',
  '!!set {a}',
  '!!timestamp 2001-01-01',
  '0x1F',
  '.nan',
  '-.inf',
  '~',
  '{a: 1, a: 2}',
  '\t',
)
oddities.push(
  '__proto__: {x: 1}',
  'a: &x [1,1]\nb: &y [*x,*x,*x]\nc: [*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y,*y]',
)

function damage(random: Random, content: Fields): string {
  const kind = random.below(4)
  if (kind === 0) return textOf(random, damageValue(random, damageValue(random, content)))
  if (kind === 1) return damageText(random, textOf(random, content))
  if (kind === 2) return textOf(random, withBadSecret(random, content))
  const text = textOf(random, content)
  const lines = text.split('\n')
  return lines.toSpliced(random.below(lines.length + 1), random.below(2), random.pick(oddities)).join('\n')
}

/** One that cannot be used, of which nothing may be shown. */
function withBadSecret(random: Random, content: Fields): Fields {
  const bad = random.pick([
    { type: 'slack', url: `${random.pick(['htp:', 'ftp://', '//', ''])}${secret}${random.text()}` },
    { type: 'webhook', url: [`https://${secret}`] },
    { type: 'alertmanager', url: `https://[${secret}` },
    { type: 'pagerduty', routingKey: { key: secret } },
  ])
  return { ...content, channels: [bad] }
}

function run(random: Random): void {
  const content = make(random)
  writeFileSync(file, textOf(random, content))
  const { alerts, problems } = readAlertsFile(file)
  promise(problems.length === 0 && alerts !== undefined, 'a file as its page has it is taken', content, problems)
  const given = (content.rules as Fields[]).map(({ name, metric, condition, threshold }) => [
    name,
    metric,
    condition,
    threshold,
  ])
  const read = alerts.rules.map(({ name, metric, condition, threshold }) => [name, metric, condition, threshold])
  promise(JSON.stringify(read) === JSON.stringify(given), 'its rules are what it says', given, read)
  promise(alerts.channels.length === (content.channels as unknown[]).length, 'its channels are there')

  const text = damage(random, content)
  writeFileSync(file, text)
  const damaged = readAlertsFile(file)
  promise((damaged.alerts === undefined) === damaged.problems.length > 0, 'there are problems, or alerts', text)
  const lines = text.split('\n')
  for (const { line, column, message } of damaged.problems) {
    promise(line >= 1 && line <= lines.length, 'a problem is on a line of the file', text, line, message)
    promise(column >= 1 && column <= lines[line - 1]!.length + 1, 'and in it', text, line, column, message)
    promise(message !== '' && isPlain(message) && message.length < 600, 'a message is a line', text, message)
  }
  const withSecret = damaged.problems.find(({ message }) => message.includes(secret))
  promise(withSecret === undefined || isMoved(text), 'no problem shows a secret', text, withSecret)
}

/** Something has put the secret where none belongs, such as into a name. */
function isMoved(text: string): boolean {
  return !/(url|routingKey)"?: ?"?[^\n]*S3CR3T/.test(text) || text.split(secret).length > 2
}

export const target: Target = {
  about: 'files of alerts, JSON and YAML',
  covers: [
    'alerts/file/read-file.js',
    'alerts/options.js',
    'alerts/rules/rule-options.js',
    'alerts/delivery/check-channel.js',
  ],
  run,
  end: () => rmSync(folder, { recursive: true }),
}
