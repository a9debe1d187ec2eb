import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { packageRoot, run } from './helpers/child'
import { obstacle, sdks } from './helpers/sdks'

// The programs of test/fixtures/sdk-types compile against each line of the SDK, with the declarations of every library
// checked as well.

vi.setConfig({ maxConcurrency: 2, testTimeout: 60_000 })

const resolutions = { node16: 'node16', bundler: 'esnext' }
const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false }
const common = { ...strict, noEmit: true, target: 'es2022', lib: ['es2023', 'esnext.disposable'], types: ['node'] }
const compiler = join(packageRoot, 'node_modules/typescript/bin/tsc')

describe.concurrent.each(sdks.filter(({ packages }) => '@opentelemetry/instrumentation' in packages))(
  'SDK $name',
  (sdk) => {
    const folder = join(sdk.folder, 'types')

    beforeAll(() => {
      if (!sdk.present) return
      mkdirSync(folder, { recursive: true })
      const program = join(packageRoot, `test/fixtures/sdk-types/sdk-${sdk.major < 3 ? 2 : 3}.ts`)
      // A CommonJS module and an ECMAScript module, which take the declarations for each.
      for (const name of ['app.ts', 'app.mts']) copyFileSync(program, join(folder, name))
      for (const [moduleResolution, module] of Object.entries(resolutions)) {
        const settings = { compilerOptions: { ...common, module, moduleResolution }, files: ['app.ts', 'app.mts'] }
        writeFileSync(join(folder, `${moduleResolution}.json`), JSON.stringify(settings))
      }
    })

    for (const moduleResolution of Object.keys(resolutions)) {
      const why = sdk.present ? '' : obstacle(sdk).why
      test.skipIf(!sdk.present)(`${moduleResolution}${why}`, async () => {
        const args = [compiler, '--project', `${moduleResolution}.json`, '--listFiles', '--pretty', 'false']
        const { stdout, stderr } = await run(process.execPath, args, {}, 100_000, folder)
        expect(stderr).toBe('')
        const lines = stdout.split('\n')
        const files = lines.filter((line) => line.startsWith('/'))
        expect(files).toContain(join(sdk.folder, 'node_modules/spanmeter/dist/otel/index.d.ts'))
        expect(files).toContain(join(sdk.folder, 'node_modules/spanmeter/dist/otel/index.d.mts'))
        const foreign = files.filter((file) => /\/(@opentelemetry|dist)\//.test(file) && !file.startsWith(sdk.folder))
        expect(foreign).toEqual([])
        // Before 2.12 the SDK's own declarations do not agree with each other under exactOptionalPropertyTypes.
        const errors = lines.filter(
          (line) => /error TS/.test(line) && !line.startsWith('../node_modules/@opentelemetry/'),
        )
        expect(errors).toEqual([])
      })
    }
  },
)
