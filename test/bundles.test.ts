import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectTrueMeasurement, expectTrueSpan, type Measured, type Served } from './helpers/measured'
import { installedProject, npm, type Project, traced } from './helpers/project'
import { tool, whySkipped } from './helpers/tools'

// A program that uses the package, bundled. docs/installation.md says what is tried here.

interface Unavailable {
  error: { name: string; code: string }
  health: { backend: string; backendReason: string }
}

type Format = 'cjs' | 'esm'
type Bundler = (project: string, out: string, format: Format, external: boolean) => Promise<void>

/** As every bundle of ES modules needs it that has CommonJS in it. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`
const entry = 'fixtures/installed/bundled.mjs'
const paths = { esbuild: tool('esbuild'), webpack: tool('webpack'), nft: tool('@vercel/nft') }
const load = createRequire(__filename)

const bundlers: Record<'esbuild' | 'webpack', Bundler> = {
  async esbuild(project, out, format, external) {
    const options = {
      bundle: true,
      platform: 'node',
      absWorkingDir: project,
      entryPoints: [entry],
      outfile: out,
      format,
    }
    await load(paths.esbuild!).build({
      ...options,
      external: external ? ['spanmeter'] : [],
      banner: format === 'esm' ? { js: banner } : {},
    })
  },

  async webpack(project, out, format, external) {
    const kind = format === 'esm' ? 'module' : 'commonjs'
    const stats = await new Promise<{ toJson(): { errors: unknown[]; warnings: unknown[] } }>((resolve, reject) => {
      const options = {
        mode: 'production',
        target: 'node20',
        context: project,
        entry: `./${entry}`,
        output: { path: join(out, '..'), filename: out.split('/').at(-1), module: format === 'esm' },
        experiments: { outputModule: format === 'esm' },
        externals: external ? { spanmeter: `${kind} spanmeter` } : {},
      }
      load(paths.webpack!)(options, (error: Error | null, stats: never) => (error ? reject(error) : resolve(stats)))
    })
    const { errors, warnings } = stats.toJson()
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] })
  },
}

const why = whySkipped(npm, ...Object.values(paths))

describe.skipIf(why !== '')(`an application that was${why}`, () => {
  let project: Project
  let installed: string

  beforeAll(async () => {
    project = await installedProject(...traced)
    installed = join(project.folder, 'node_modules/spanmeter')
  })
  afterAll(() => project[Symbol.dispose]())

  const ways = (['esbuild', 'webpack'] as const).flatMap((bundler) =>
    (['cjs', 'esm'] as const).map((format) => ({ bundler, format })),
  )

  describe.each(ways)('bundled by $bundler to $format', ({ bundler, format }) => {
    const name = `out.${format === 'esm' ? 'mjs' : 'cjs'}`

    const binary = (home: string) => `${home}/prebuilds/linux-${process.arch}/spanmeter.glibc.node`
    let out: string

    /** In a folder of its own. */
    async function bundle(where: string, external: boolean): Promise<string> {
      const folder = mkdtempSync(join(where, 'bundle-'))
      await bundlers[bundler](project.folder, join(folder, name), format, external)
      return folder
    }
    beforeAll(async () => {
      out = await bundle(project.scratch, false)
    })

    test('measures natively with the package left outside', async () => {
      const outside = await bundle(project.folder, true)
      const outcome = await project.ask<Measured>(['node', join(outside, name)])
      expect(outcome.binary).toBe(binary(installed))
      expectTrueMeasurement(outcome)
    })

    test('falls back without a binary, and says where one is looked for', async () => {
      const { error, health } = await project.ask<Unavailable>(['node', join(out, name)])
      expect(error).toEqual({ name: 'SpanmeterError', code: 'NATIVE_UNAVAILABLE' })
      expect(health.backend).toBe('js')
      const missing = `ENOENT: no such file or directory, open '${binary(out)}'`
      expect(health.backendReason).toBe(`the native sampler cannot be loaded: ${missing}`)
    })

    test('measures natively with the binaries beside it', async () => {
      const deployed = `${out}-deployed`
      cpSync(out, deployed, { recursive: true })
      cpSync(join(installed, 'prebuilds'), join(deployed, 'prebuilds'), { recursive: true })
      const outcome = await project.ask<Measured>(['node', join(deployed, name)])
      expect(outcome.binary).toBe(binary(deployed))
      expectTrueMeasurement(outcome)
    })

    test('measures natively with the binaries where SPANMETER_PREBUILD says', async () => {
      const outcome = await project.ask<Measured>(['node', join(out, name)], { SPANMETER_PREBUILD: installed })
      expect(outcome.binary).toBe(binary(installed))
      expectTrueMeasurement(outcome)
    })
  })

  test('bundled with its OpenTelemetry and minified is attached to by spanmeter/register', async () => {
    const service = join(project.folder, 'service.min.cjs')
    await load(paths.esbuild!).build({
      ...{ bundle: true, minify: true, platform: 'node', outfile: service },
      entryPoints: [join(project.folder, 'fixtures/installed/service.cjs')],
    })
    expectTrueSpan(await project.ask<Served>(['node', '--import', 'spanmeter/register', service]))
  })

  test('gathered by @vercel/nft, as Next.js does, measures natively', async () => {
    const { nodeFileTrace } = load(paths.nft!)
    const { fileList } = await nodeFileTrace([join(project.folder, entry)], { base: project.folder })
    const gathered = join(project.scratch, 'gathered')
    for (const file of fileList) cpSync(join(project.folder, file), join(gathered, file), { recursive: true })
    writeFileSync(join(gathered, 'package.json'), '{}')
    expect(existsSync(join(gathered, 'node_modules/spanmeter/README.md'))).toBe(false)
    const outcome = await project.ask<Measured>(['node', join(gathered, entry)])
    expect(outcome.binary).toContain(`${gathered}/node_modules/spanmeter/prebuilds/`)
    expectTrueMeasurement(outcome)
  })
})
