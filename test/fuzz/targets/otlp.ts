import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readOtlp } from '../../../dist/report/read-otlp.js'
import { anything, damageText, damageValue } from '../damage.js'
import type { Random } from '../random.js'
import { checkReport } from '../readings.js'
import { scratchFolder } from '../scratch.js'
import { promise, type Target } from '../target.js'

const folder = scratchFolder()
const file = join(folder, 'spans.jsonl')

function makeValue(random: Random): object {
  return random.pick([
    { stringValue: random.text() },
    { boolValue: true },
    { intValue: String(random.below(1e9)) },
    { doubleValue: random.fraction() },
    { arrayValue: { values: [{ stringValue: 'a' }] } },
    { kvlistValue: { values: [] } },
    { bytesValue: 'aGk=' },
  ])
}

function makeSpan(random: Random, spanId: string): object {
  const start = 1_700_000_000_000_000_000n + BigInt(random.below(1e9))
  const own = random.pick([
    'resource.cpu.self_ms',
    'resource.cpu.time_ms',
    'resource.memory.max_mb',
    'resource.cpu.bound',
  ])
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId,
    ...(random.chance(0.4) && { parentSpanId: random.pick(['0', '1', '', random.text()]) }),
    name: random.text(),
    startTimeUnixNano: random.chance(0.8) ? String(start) : Number(start),
    endTimeUnixNano: String(start + BigInt(random.below(1e9))),
    attributes: [
      ...random.list(3, () => ({ key: random.text(), value: makeValue(random) })),
      { key: own, value: random.chance(0.8) ? { doubleValue: random.fraction() * 100 } : makeValue(random) },
    ],
    ...(random.chance(0.3) && { status: { code: random.below(3) } }),
  }
}

/** A line, with ids from a number on. */
function makeRequest(random: Random, spans: readonly object[]): object {
  const service = { key: 'service.name', value: { stringValue: random.word() } }
  const pid = { key: 'process.pid', value: { intValue: String(random.below(4e6)) } }
  const resource = random.chance(0.8) ? { resource: { attributes: [service, pid] } } : {}
  return { resourceSpans: [{ ...resource, scopeSpans: [{ scope: { name: random.word() }, spans }] }] }
}

async function run(random: Random): Promise<void> {
  let id = 0
  const spans = () => Array.from({ length: random.below(4) }, () => makeSpan(random, String(id++)))
  const requests = Array.from({ length: random.between(1, 4) }, () => makeRequest(random, spans()))
  const lines = requests.map((request) => JSON.stringify(request))
  const kind = random.below(3)
  const at = random.below(lines.length)
  const others = requests.flatMap((request, i) => (kind > 0 && i === at ? [] : idsIn(request)))
  if (kind === 1) lines[at] = JSON.stringify(damageValue(random, requests[at]))
  // One line that is something else stays one line.
  if (kind === 2) lines[at] = random.chance(0.8) ? damageText(random, lines[at]!) : JSON.stringify(anything(random))
  writeFileSync(file, lines.join('\n'))
  try {
    const data = await readOtlp(file)
    checkReport(random, data)
    const found = new Set(data.processes.flatMap(({ spans }) => spans.spanId))
    promise(
      others.every((id) => found.has(id)),
      'spans of other lines are there',
      others,
      [...found],
    )
  } catch (error) {
    const { message, stack } = error as Error
    promise(message === `there are no spans in ${file}` && others.length === 0, 'why it cannot be read', stack, lines)
  }
}

function idsIn(request: object): string[] {
  const { resourceSpans } = request as { resourceSpans: { scopeSpans: { spans: { spanId: string }[] }[] }[] }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)))
}

export const target: Target = {
  about: 'files of OTLP, for spanmeter report',
  covers: ['report/read-otlp.js', 'report/formats/otlp.js', 'report/span-columns.js'],
  run,
  end: () => rmSync(folder, { recursive: true }),
}
