import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { expectTrueAttributes, type SpanTruth } from './helpers/attributes'
import type { ReceivedSpan } from './helpers/otlp'
import { installPackage, newestFor, obstacle, placeApps, runBeside, type Sdk, sdks } from './helpers/sdks'

// Which copies of the OpenTelemetry packages a process gets, and more than one of the API.

vi.setConfig({ maxConcurrency: 3 })

interface Printed {
  truth: Record<string, SpanTruth>
  exported: ReceivedSpan[][]
}

const register = ['--import', 'spanmeter/register']
const lines = sdks.filter(({ packages }) => '@opentelemetry/context-async-hooks' in packages)
const lineOf = (name: string) => sdks.find((sdk) => sdk.name === name)!
const apiOf = (sdk: Sdk) => join(sdk.folder, 'node_modules/@opentelemetry/api')

/** Runs an application. Returns also which files of packages it loaded, however it loaded them. */
async function runAndListLoaded(folder: string, node: string, args: readonly string[]) {
  const reports = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  try {
    const printed = await runBeside<Printed>(folder, node, args, { NODE_V8_COVERAGE: reports })
    const urls = readdirSync(reports).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(reports, name), 'utf8')) as { result: { url: string }[] }
      return result.map(({ url }) => url)
    })
    return { ...printed, loaded: urls.filter((url) => /\/(node_modules|dist)\//.test(url)) }
  } finally {
    rmSync(reports, { recursive: true })
  }
}

for (const sdk of lines) {
  const { skip, why } = obstacle(sdk)

  describe.skipIf(skip).concurrent(`SDK ${sdk.name}${why}`, () => {
    test.each(['app.cjs', 'app.mjs'])('%s gets everything from its own folder', async (app) => {
      const { loaded } = await runAndListLoaded(join(sdk.folder, 'app'), newestFor(sdk)!.path!, [...register, app])
      const home = pathToFileURL(join(sdk.folder, 'node_modules')).href
      for (const part of ['spanmeter/dist/register/index.js', '@opentelemetry/api/', '@opentelemetry/sdk-trace']) {
        expect(loaded.join(), part).toContain(`${home}/${part}`)
      }
      expect(loaded.filter((url) => !url.startsWith(`${home}/`))).toEqual([])
    })
  })
}

const pairs = [
  { app: '1.30', ours: '3.1', what: 'much older than ours' },
  { app: '2.12', ours: '3.1', what: 'older than ours' },
  { app: '2.12', ours: '2.12', what: 'another copy of ours' },
  { app: '3.1', ours: '2.12', what: 'newer than ours' },
  { app: '3.1', ours: '1.30', what: 'much newer than ours' },
]

describe('an application whose API package is', () => {
  for (const { app, ours, what } of pairs) {
    const [sdk, other] = [lineOf(app), lineOf(ours)]
    const { skip, why } = obstacle(other.present ? sdk : other)

    describe.skipIf(skip).concurrent(`${what}${why}`, () => {
      let folder: string
      // The application finds us through a link, and we find another copy beside us.
      beforeAll(() => {
        folder = placeApps(sdk, `apart-${ours}`)
        const home = join(folder, 'elsewhere/node_modules')
        installPackage(home, inject('packed').filename)
        const api = join(home, '@opentelemetry/api')
        rmSync(api, { recursive: true, force: true })
        cpSync(apiOf(other), api, { recursive: true })
        const link = join(folder, 'node_modules/spanmeter')
        mkdirSync(dirname(link), { recursive: true })
        rmSync(link, { force: true })
        symlinkSync('../elsewhere/node_modules/spanmeter', link)
      })

      test.each(['app.cjs', 'app.mjs', 'by-hand.cjs', 'by-hand.mjs'])('%s', async (file) => {
        const flags = file.startsWith('app') ? register : []
        const { truth, exported, loaded } = await runAndListLoaded(folder, newestFor(sdk)!.path!, [...flags, file])
        for (const spans of exported) expectTrueAttributes(spans, truth)
        for (const api of [join(folder, 'elsewhere/node_modules/@opentelemetry/api'), apiOf(sdk)]) {
          expect(loaded.join()).toContain(pathToFileURL(api).href)
        }
      })
    })
  }
})
