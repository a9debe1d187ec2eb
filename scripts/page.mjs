/**
 * Bundles the script and the styles of the report's page into dist, where `pageOf()` finds them:
 *   node scripts/page.mjs
 * uPlot goes in with its licence, which asks for that.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const source = 'src/report/page/browser'
const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'))
const licence = readFileSync(join(uplot, 'LICENSE'), 'utf8').trim()

await build({
  entryPoints: { page: `${source}/main.ts`, 'page-style': `${source}/styles/page.css` },
  entryNames: '[name]',
  outdir: 'dist/report/page/assets',
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  format: 'iife',
  target: ['chrome110', 'firefox113', 'safari16.4'],
  banner: { js: `/*! Contains uPlot.\n${licence}\n*/` },
  logLevel: 'warning',
})
