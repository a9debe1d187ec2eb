import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { channelNames } from '../dist/alerts/delivery/check-channel.js'
import { readAlertsFile } from '../dist/alerts/file/read-file.js'
import { builtInMetrics } from '../dist/alerts/metrics.js'
import { fileNames } from '../dist/alerts/options.js'
import { ruleNames } from '../dist/alerts/rules/rule-options.js'
import { packageRoot } from './helpers/child'

const page = readFileSync(join(packageRoot, 'docs/alerts.md'), 'utf8')

/** What stands in the first column of the tables of a section, and in the second. */
function columns(heading: string): [string[], string[]] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading))!
  const rows = [...section.matchAll(/^\| (`[^|]*) \| ?([^|]*) \|/gm)]
  const names = (cell: string) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!)
  return [rows.flatMap(([, first]) => names(first!)), rows.flatMap(([, , second]) => names(second!))]
}

test('docs/alerts.md has every option of a rule, every metric, and every channel with its options', () => {
  const [rules] = columns('Rules')
  expect(rules).toEqual([...ruleNames.slice(0, -1), 'annotations', ...builtInMetrics])
  const [types, options] = columns('Channels')
  expect(types).toEqual(['type', ...Object.keys(channelNames)])
  expect(new Set(options)).toEqual(new Set(Object.values(channelNames).flat()))
  for (const name of fileNames) if (name !== '$schema') expect(page).toContain(`\`${name}\``)
})

test('its file is one, as is the one among the examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  writeFileSync(join(folder, 'slack-url'), 'https://hooks.slack.com/services/T/B/x\n')
  const [yaml, ...others] = [...page.matchAll(/^```text\n(rules:[\s\S]*?)^```$/gm)].map(([, code]) => code!)
  expect(others).toEqual([])
  const file = join(folder, 'alerts.yaml')
  writeFileSync(file, yaml!.replace('/run/secrets/', ''))
  expect(readAlertsFile(file).problems).toEqual([])
  rmSync(folder, { recursive: true })
  const example = readAlertsFile(join(packageRoot, 'examples/observability/service-alerts.yaml'))
  expect(example.problems).toEqual([])
  expect(example.alerts!.rules.length).toBeGreaterThan(3)
})
