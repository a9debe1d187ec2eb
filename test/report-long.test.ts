import { constants } from 'node:buffer'
import { expect, test } from 'vitest'
import { writeOutputs } from '../dist/cli/outputs.js'
import { processOf, reportOf, spanColumns } from './helpers/report-data'

// What is longer in a format than a string can be.

test.each(['trace', 'otlp'])('a long recording is written with --%s', async (format) => {
  const attributes = JSON.stringify({ text: 'x'.repeat(300_000) })
  const spans = Array.from({ length: Math.ceil(constants.MAX_STRING_LENGTH / attributes.length) }, (_, i) => {
    return { name: 'a', start: i, duration: 1, attributes }
  })
  const data = reportOf(2000, [processOf({ spans: spanColumns(spans) })])
  const warnings: string[] = []
  const written = await writeOutputs(data, { [format]: '/dev/null' }, '', (message) => warnings.push(message))
  expect({ written, warnings }).toEqual({ written: ['/dev/null'], warnings: [] })
})
