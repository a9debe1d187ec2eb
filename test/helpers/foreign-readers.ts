import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { packageRoot } from './child'

// Programs of others that read our files.

export interface Frame {
  name: string
  startUs: number
  endUs: number
}

interface ImportedProfile {
  getName(): string
  forEachCall(
    open: (node: { frame: { name: string } }, value: number) => void,
    close: (node: { frame: { name: string } }, value: number) => void,
  ): void
}

interface Importer {
  importProfileGroupFromText(name: string, text: string): Promise<{ profiles: ImportedProfile[] } | null>
}

/** What speedscope makes of a file: its calls by profile, in µs. The importer is part of its page, which is not opened. */
export async function readBySpeedscope(name: string, text: string): Promise<Record<string, Frame[]>> {
  const importer = await loadSpeedscope()
  const group = await importer.importProfileGroupFromText(name, text)
  if (group === null) throw new Error(`speedscope does not know what ${name} is`)
  return Object.fromEntries(group.profiles.map((profile) => [profile.getName(), callsOf(profile)]))
}

function callsOf(profile: ImportedProfile): Frame[] {
  const calls: Frame[] = []
  const open: Frame[] = []
  profile.forEachCall(
    ({ frame }, startUs) => open.push({ name: frame.name, startUs, endUs: Number.NaN }),
    (_, endUs) => calls.push({ ...open.pop()!, endUs }),
  )
  return calls.sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs)
}

function loadSpeedscope(): Promise<Importer> {
  const folder = join(packageRoot, 'node_modules/speedscope/dist/release')
  const file = readdirSync(folder).find((name) => /^speedscope-\w+\.js$/.test(name))!
  const code = readFileSync(join(folder, file), 'utf8')
  const [, exported] = /(\w+),\{[^{}]*importProfileGroupFromText:/.exec(code)!
  const [, promise] = new RegExp(
    `([\\w$]+)=Promise\\.resolve\\(\\)\\.then\\(\\(\\)=>\\([\\w$]+\\(\\),${exported}\\)\\)`,
  ).exec(code)!
  // In place of drawing its page.
  const end = 'console.log(`speedscope v'
  if (!code.includes(end))
    throw new Error('the program of speedscope is another than the one that this was written for')
  const context = createContext({
    ...{ console: { log() {}, warn() {}, error() {} }, setTimeout, clearTimeout, performance },
    ...{ TextDecoder, TextEncoder, URL, self: anything(), location: { hash: '', protocol: 'file:' } },
    ...{ window: anything(), document: anything(), navigator: anything(), localStorage: anything() },
    ...{ matchMedia: anything(), requestAnimationFrame() {} },
  })
  runInContext(
    code.replace(end, () => `globalThis.importer=${promise};return;${end}`),
    context,
  )
  return (context as { importer?: Promise<Importer> }).importer!
}

/** Stands for whatever a browser has. */
function anything(): unknown {
  return new Proxy(class {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything()),
    apply: anything,
    construct: () => anything() as object,
    set: () => true,
  })
}

/** The slices that the parser of Chrome's DevTools finds, by thread, in µs. */
export async function readByDevTools(text: string): Promise<Record<string, Frame[]>> {
  Object.assign(globalThis, { window: globalThis, DOMRect: { fromRect: () => ({}) } })
  // Without types that this compiler understands.
  const engine = '@paulirish/trace_engine/models/trace/trace.js'
  const { Processor, Handlers } = await import(engine)
  const processor = Processor.TraceProcessor.createWithAllHandlers()
  await processor.parse(JSON.parse(text).traceEvents, {})
  const threads = Handlers.Threads.threadsInTrace(processor.data) as DevToolsThread[]
  return Object.fromEntries(
    threads.map(({ name, entries }) => [
      name,
      entries.map(({ name, ts, dur }) => ({ name, startUs: ts, endUs: ts + dur })),
    ]),
  )
}

interface DevToolsThread {
  name: string
  entries: { name: string; ts: number; dur: number }[]
}

/** Self time by function that Chrome's DevTools find in a CPU profile, in ms. */
export async function readCpuProfileByDevTools(text: string): Promise<Record<string, number>> {
  // Without types that this compiler understands.
  const engine = '@paulirish/trace_engine/models/cpu_profile/cpu_profile.js'
  const { CPUProfileDataModel } = await import(engine)
  const { profileHead } = new CPUProfileDataModel.CPUProfileDataModel(JSON.parse(text))
  const selfMs: Record<string, number> = {}
  const add = ({ callFrame: { functionName }, self, children }: DevToolsNode) => {
    selfMs[functionName] = (selfMs[functionName] ?? 0) + self
    children.forEach(add)
  }
  add(profileHead)
  return selfMs
}

interface DevToolsNode {
  callFrame: { functionName: string }
  self: number
  children: DevToolsNode[]
}
